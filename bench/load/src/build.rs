//! The inputs that a bench needs before it begins: programs, keys, binaries, registries.

use std::path::{Path, PathBuf};
use std::thread;

use super::options::{Backend, Options};
use xtask::command::{self, cargo};
use xtask::failure::{Failure, Outcome};
use xtask::install::{self, Tool};
use xtask::steps::{now, seconds};
use xtask::workspace::Workspace;

/// The programs that measure.
const TOOLS: [Tool; 2] = [
    Tool {
        name: "wrk",
        probe: &["sh", "-c", "command -v wrk"],
        package: "wrk",
        needed_by: "the benches",
    },
    Tool {
        name: "openssl",
        probe: &["openssl", "version"],
        package: "openssl",
        needed_by: "the benches",
    },
];

/// The number of cores: one for the server and one for the load.
const CORES: usize = 2;

/// The folders for the files of a bench: below `target`, created anew for each run except those that take long to create.
#[derive(Debug)]
pub(super) struct Place {
    /// The folder of keys, and of binaries that are built for benches only.
    kept: PathBuf,
    /// The folder of registries, requests and logs of this run.
    pub(super) run: PathBuf,
}

impl Place {
    /// Checks the programs and the number of cores, and creates the folders.
    pub(super) fn prepare(workspace: &Workspace) -> Result<Self, Failure> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        if cores < CORES {
            return Err(Failure::new(
                format!(
                    "the bench needs {CORES} cores, one for the server and one for the load; this machine has {cores}"
                ),
                "run it on another machine",
            ));
        }
        install::ensure(&TOOLS.each_ref())?;
        let kept = workspace.target_directory.join("bench");
        let run = kept.join("run");
        if run.exists() {
            std::fs::remove_dir_all(&run).map_err(|error| Failure::file(&run, &error))?;
        }
        std::fs::create_dir_all(&run).map_err(|error| Failure::file(&run, &error))?;
        println!(
            "registries, requests and logs of this run: {}",
            run.display()
        );
        Ok(Self { kept, run })
    }

    /// Returns the server binary: as shipped, or on ring alone, or a given one.
    pub(super) fn m2m(&self, workspace: &Workspace, options: &Options) -> Result<PathBuf, Failure> {
        if let Some(binary) = &options.binary {
            return std::path::absolute(binary).map_err(|error| Failure::file(binary, &error));
        }
        let mut build = cargo(&["build", "--profile", "dist", "-p", "m2m", "--bin", "m2m"]);
        let target = match options.backend {
            Backend::Aws => workspace.target_directory.clone(),
            Backend::Ring => {
                let target = self.kept.join("ring");
                build
                    .args([
                        "--no-default-features",
                        "--features",
                        "ring",
                        "--target-dir",
                    ])
                    .arg(&target);
                target
            }
        };
        command::run(&mut build, "fix the compile errors above")?;
        Ok(target.join("dist").join("m2m"))
    }

    /// Builds the yardstick, and returns its path.
    pub(super) fn yardstick(&self) -> Result<PathBuf, Failure> {
        let target = self.kept.join("yardstick");
        let mut build = cargo(&["build", "--release", "--locked", "--manifest-path"]);
        build
            .arg(Path::new("bench").join("yardstick").join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target);
        command::run(&mut build, "fix the compile errors above")?;
        Ok(target.join("release").join("yardstick"))
    }

    /// Returns the folder with the yardstick's keys. They have no other use.
    pub(super) fn keys(&self) -> Result<PathBuf, Failure> {
        let folder = self.kept.join("keys");
        std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        for (name, options) in [
            ("es256", "EC -pkeyopt ec_paramgen_curve:P-256"),
            ("rs256", "RSA -pkeyopt rsa_keygen_bits:2048"),
            ("eddsa", "ED25519"),
        ] {
            let key = folder.join(format!("{name}.der"));
            if key.exists() {
                continue;
            }
            let pem = folder.join(format!("{name}.pem"));
            let mut generate = command::program("openssl", &["genpkey", "-quiet", "-algorithm"]);
            generate.args(options.split(' ')).arg("-out").arg(&pem);
            command::text(&mut generate)?;
            let mut convert = command::program("openssl", &["pkcs8", "-topk8", "-nocrypt"]);
            convert
                .args(["-outform", "DER", "-in"])
                .arg(&pem)
                .arg("-out")
                .arg(&key);
            command::text(&mut convert)?;
        }
        Ok(folder)
    }

    /// Returns a data directory to which these worlds were applied, one after the other.
    pub(super) fn apply(
        &self,
        binary: &Path,
        name: &str,
        worlds: &[String],
    ) -> Result<PathBuf, Failure> {
        let data = self.run.join(name);
        let begin = now();
        for world in worlds {
            self.apply_one(binary, &data, world, &[])?;
        }
        println!("{name}: applied in {}", seconds(begin.elapsed()));
        Ok(data)
    }

    /// Applies a world to a data directory, and deletes the applications that it does not have.
    pub(super) fn replace(&self, binary: &Path, data: &Path, world: &str) -> Outcome {
        self.apply_one(binary, data, world, &["--prune", "--yes"])
    }

    fn apply_one(&self, binary: &Path, data: &Path, world: &str, options: &[&str]) -> Outcome {
        let file = data.with_extension("toml");
        std::fs::write(&file, world).map_err(|error| Failure::file(&file, &error))?;
        let mut apply = command::program(&binary.display().to_string(), &["apply", "-f"]);
        apply.arg(&file).arg("--data").arg(data).args(options);
        command::text(&mut apply).map(drop)
    }
}

/// Prints a table, and appends it to the file that the options name.
pub(super) fn publish(table: &str, options: &Options) -> Outcome {
    println!("\n{table}");
    let Some(path) = &options.out else {
        return Ok(());
    };
    let mut text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::file(path, &error)),
    };
    text += table;
    text += "\n";
    std::fs::write(path, text).map_err(|error| Failure::file(path, &error))
}
