//! What a bench needs before it begins: programs, keys, binaries, registries.

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

/// The server has one core, the load another.
const CORES: usize = 2;

/// Where a bench keeps what it makes: below `target`, anew for each run but for what takes long.
#[derive(Debug)]
pub(super) struct Place {
    /// Keys, and what was built for benches alone.
    kept: PathBuf,
    /// Registries, requests and logs of this run.
    pub(super) run: PathBuf,
}

impl Place {
    /// Looks for programs and cores, and makes the folders.
    pub(super) fn prepare(workspace: &Workspace) -> Result<Self, Failure> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        if cores < CORES {
            return Err(Failure::new(
                format!(
                    "the bench wants {CORES} cores, one for the server and one for the load; there is {cores}"
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

    /// The server: as it is shipped, or on ring alone, or as it was built elsewhere.
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
        command::run(&mut build, "the binary has to compile")?;
        Ok(target.join("dist").join("m2m"))
    }

    /// The yardstick.
    pub(super) fn yardstick(&self) -> Result<PathBuf, Failure> {
        let target = self.kept.join("yardstick");
        let mut build = cargo(&["build", "--release", "--locked", "--manifest-path"]);
        build
            .arg(Path::new("bench").join("yardstick").join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&target);
        command::run(&mut build, "the yardstick has to compile")?;
        Ok(target.join("release").join("yardstick"))
    }

    /// The folder with the yardstick's keys. They are good for nothing else.
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

    /// A data directory to which these worlds were applied, one after the other.
    pub(super) fn apply(
        &self,
        binary: &Path,
        name: &str,
        worlds: &[String],
    ) -> Result<PathBuf, Failure> {
        let file = self.run.join(format!("{name}.toml"));
        let data = self.run.join(name);
        let begin = now();
        for world in worlds {
            std::fs::write(&file, world).map_err(|error| Failure::file(&file, &error))?;
            let mut apply = command::program(&binary.display().to_string(), &["apply", "-f"]);
            apply.arg(&file).arg("--data").arg(&data);
            command::text(&mut apply)?;
        }
        println!("{name}: applied in {}", seconds(begin.elapsed()));
        Ok(data)
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
