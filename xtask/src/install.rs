//! What the steps need from the machine: looked for, and installed where it is missing.

use crate::command;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// A program that a step needs.
pub(crate) struct Tool {
    /// What it is called.
    pub(crate) name: &'static str,
    /// A command that succeeds where it is there.
    pub(crate) probe: &'static [&'static str],
    /// The Debian package that brings it.
    pub(crate) package: &'static str,
    /// What needs it.
    pub(crate) needed_by: &'static str,
}

const COMPILER: Tool = Tool {
    name: "cc",
    probe: &["cc", "--version"],
    package: "build-essential",
    needed_by: "ring and aws-lc-rs",
};

const MAKE: Tool = Tool {
    name: "make",
    probe: &["make", "--version"],
    package: "make",
    needed_by: "jemalloc",
};

/// Needed where the real clients are run.
const FOR_CLIENTS: &[Tool] = &[
    Tool {
        name: "curl",
        probe: &["curl", "--version"],
        package: "curl",
        needed_by: "the clients",
    },
    Tool {
        name: "openssl",
        probe: &["openssl", "version"],
        package: "openssl",
        needed_by: "the clients",
    },
    Tool {
        name: "python3",
        probe: &["python3", "--version"],
        package: "python3",
        needed_by: "the clients",
    },
    Tool {
        name: "python3 venv",
        probe: &["python3", "-c", "import ensurepip, venv"],
        package: "python3-venv",
        needed_by: "the clients",
    },
    Tool {
        name: "node",
        probe: &["node", "--version"],
        package: "nodejs",
        needed_by: "the clients",
    },
    Tool {
        name: "npm",
        probe: &["npm", "--version"],
        package: "npm",
        needed_by: "the clients",
    },
];

/// The parts of the toolchain that a minimal installation lacks.
const COMPONENTS: [(&str, &str); 2] = [("fmt", "rustfmt"), ("clippy", "clippy")];

/// Installs what is missing, and says so.
pub(crate) fn run(workspace: &Workspace) -> Outcome {
    for (subcommand, component) in COMPONENTS {
        if !command::succeeds(&mut command::cargo(&[subcommand, "--version"])) {
            println!("{component} is missing; installing it");
            command::run(
                &mut command::program("rustup", &["component", "add", component]),
                "install the component with the tool that installed Rust",
            )?;
        }
    }

    let clients = workspace.root.join(crate::test::CLIENTS).is_file();
    let mut tools = vec![&COMPILER, &MAKE];
    if clients {
        tools.extend(FOR_CLIENTS);
    }
    ensure(&tools)
}

/// Installs those of the tools that are missing, and says so.
pub(crate) fn ensure(tools: &[&Tool]) -> Outcome {
    let missing: Vec<&Tool> = tools
        .iter()
        .copied()
        .filter(|tool| !is_there(tool))
        .collect();
    if missing.is_empty() {
        println!("everything is there");
        return Ok(());
    }
    for tool in &missing {
        println!(
            "{} is missing, which {} need; installing the package {}",
            tool.name, tool.needed_by, tool.package
        );
    }
    install(&missing)
}

fn is_there(tool: &Tool) -> bool {
    tool.probe
        .split_first()
        .is_some_and(|(name, arguments)| command::succeeds(&mut command::program(name, arguments)))
}

fn install(missing: &[&Tool]) -> Outcome {
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    let by_hand = format!(
        "install {} by hand; `--skip install` goes on without",
        packages.join(", ")
    );
    if !command::succeeds(&mut command::program("apt-get", &["--version"])) {
        return Err(Failure::new("there is no apt-get on this machine", by_hand));
    }
    let is_root = command::text(&mut command::program("id", &["-u"]))?.trim() == "0";
    let apt_get = |arguments: &[&str]| {
        let mut words = vec!["apt-get"];
        words.extend_from_slice(arguments);
        let (name, rest) = if is_root {
            ("env", words)
        } else {
            ("sudo", words)
        };
        command::run(
            command::program(name, &rest).env("DEBIAN_FRONTEND", "noninteractive"),
            &by_hand,
        )
    };
    apt_get(&["update", "-q"])?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    apt_get(&arguments)
}
