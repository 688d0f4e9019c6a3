//! Bodies of the fuzz targets; a normal test replays their seeds.
