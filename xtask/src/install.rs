//! The programs that the steps need, checked for, and installed if they are missing.

use crate::command;
use crate::failure::{Failure, Outcome};
use crate::workspace::Workspace;

/// A program that a step needs.
#[derive(Debug)]
pub struct Tool {
    /// The name of the program.
    pub name: &'static str,
    /// A command that succeeds if the program is installed.
    pub probe: &'static [&'static str],
    /// The Debian package that contains it.
    pub package: &'static str,
    /// The step that needs it.
    pub needed_by: &'static str,
}

/// The script that runs third-party clients against the binary.
pub const CLIENTS: &str = "tests/clients/run.sh";

/// The script that opens the pages of the binary in a browser.
pub const PAGES: &str = "tests/pages/run.sh";

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

/// The tools that are needed to run the real clients.
const FOR_CLIENTS: &[Tool] = &[
    Tool {
        name: "curl",
        probe: &["curl", "--version"],
        package: "curl",
        needed_by: "the step clients",
    },
    Tool {
        name: "openssl",
        probe: &["openssl", "version"],
        package: "openssl",
        needed_by: "the step clients",
    },
    Tool {
        name: "python3",
        probe: &["python3", "--version"],
        package: "python3",
        needed_by: "the step clients",
    },
    Tool {
        name: "python3 venv",
        probe: &["python3", "-c", "import ensurepip, venv"],
        package: "python3-venv",
        needed_by: "the step clients",
    },
    Tool {
        name: "node",
        probe: &["node", "--version"],
        package: "nodejs",
        needed_by: "the step clients",
    },
    Tool {
        name: "npm",
        probe: &["npm", "--version"],
        package: "npm",
        needed_by: "the step clients",
    },
    Tool {
        name: "javac",
        probe: &["javac", "-version"],
        package: "default-jdk-headless",
        needed_by: "the step clients",
    },
    Tool {
        name: "Apache HttpClient",
        probe: &["test", "-f", "/usr/share/java/httpclient.jar"],
        package: "libhttpclient-java",
        needed_by: "the step clients",
    },
    Tool {
        name: "haproxy",
        probe: &["sh", "-c", "PATH=$PATH:/usr/sbin; haproxy -v"],
        package: "haproxy",
        needed_by: "the step clients",
    },
    Tool {
        name: "nginx",
        probe: &["sh", "-c", "PATH=$PATH:/usr/sbin; nginx -v"],
        package: "nginx",
        needed_by: "the step clients",
    },
];

/// The browser that opens the pages. The step also needs node and npm, as the clients do.
const CHROMIUM: Tool = Tool {
    name: "chromium",
    probe: &["chromium", "--version"],
    package: "chromium",
    needed_by: "the step pages",
};

/// The parts of the toolchain that a minimal installation lacks.
const COMPONENTS: [(&str, &str); 2] = [("fmt", "rustfmt"), ("clippy", "clippy")];

/// Installs the missing programs, and prints their names.
///
/// # Errors
///
/// If something cannot be installed.
pub fn run(workspace: &Workspace) -> Outcome {
    for (subcommand, component) in COMPONENTS {
        if !command::succeeds(&mut command::cargo(&[subcommand, "--version"])) {
            println!("{component} is missing; installing it");
            command::run(
                &mut command::program("rustup", &["component", "add", component]),
                "install the component with the tool that installed Rust",
            )?;
        }
    }

    ensure(&tools(workspace))
}

/// Checks for missing programs, and installs nothing.
///
/// # Errors
///
/// If something is missing.
pub fn look(workspace: &Workspace) -> Outcome {
    let mut missing: Vec<String> = Vec::new();
    for (subcommand, component) in COMPONENTS {
        if !command::succeeds(&mut command::cargo(&[subcommand, "--version"])) {
            missing.push(format!("rustup component add {component}"));
        }
    }
    let tools = tools(workspace);
    let lacking = tools.into_iter().filter(|tool| !is_there(tool));
    missing.extend(lacking.map(|tool| {
        format!(
            "apt-get install {}   # needed by {}",
            tool.package, tool.needed_by
        )
    }));
    if missing.is_empty() {
        println!("all required programs are installed");
        return Ok(());
    }
    Err(Failure::new(
        "programs that later steps start are missing",
        missing.join("\n        "),
    ))
}

/// The programs that the steps start.
fn tools(workspace: &Workspace) -> Vec<&'static Tool> {
    let mut tools = vec![&COMPILER, &MAKE];
    if workspace.root.join(CLIENTS).is_file() {
        tools.extend(FOR_CLIENTS);
    }
    if workspace.root.join(PAGES).is_file() {
        tools.push(&CHROMIUM);
    }
    tools
}

/// Installs the missing ones of the tools, and prints their names.
///
/// # Errors
///
/// If one cannot be installed.
pub fn ensure(tools: &[&Tool]) -> Outcome {
    let missing: Vec<&Tool> = tools
        .iter()
        .copied()
        .filter(|tool| !is_there(tool))
        .collect();
    if missing.is_empty() {
        println!("all required programs are installed");
        return Ok(());
    }
    for tool in &missing {
        println!(
            "{} is missing (needed by {}); installing the package {}",
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
        "install {} manually; `cargo xtask test --skip install` skips this check",
        packages.join(", ")
    );
    if !command::succeeds(&mut command::program("apt-get", &["--version"])) {
        return Err(Failure::new(
            "apt-get is not installed on this machine",
            by_hand,
        ));
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
