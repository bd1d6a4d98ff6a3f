//! The rooms and their floors: a file imports only from floors below its own, and only its own libraries.

use std::path::{Path, PathBuf};

/// A room, the rooms it may know, and the guarded libraries it may use.
struct Room {
    name: &'static str,
    floor: u8,
    knows: &'static [&'static str],
    libraries: &'static [&'static str],
}

/// Libraries that only some rooms may touch.
const GUARDED: [&str; 10] = [
    "burn",
    "wgpu",
    "winit",
    "egui",
    "egui_wgpu",
    "egui_winit",
    "prost",
    "clap",
    "indicatif",
    "svg2pdf",
];

const GROUND: [&str; 3] = ["message", "flow", "scene"];

const ROOMS: [Room; 20] = [
    Room {
        name: "message",
        floor: 0,
        knows: &[],
        libraries: &[],
    },
    Room {
        name: "flow",
        floor: 1,
        knows: &["message"],
        libraries: &[],
    },
    Room {
        name: "gallery",
        floor: 2,
        knows: &["message", "flow"],
        libraries: &[],
    },
    Room {
        name: "worker",
        floor: 3,
        knows: &["message", "flow", "gallery", "whole_file"],
        libraries: &["burn"],
    },
    Room {
        name: "recording",
        floor: 2,
        knows: &["whole_file", "message", "flow"],
        libraries: &["prost"],
    },
    Room {
        name: "scene",
        floor: 2,
        knows: &["message"],
        libraries: &[],
    },
    Room {
        name: "refiner",
        floor: 3,
        knows: &GROUND,
        libraries: &[],
    },
    Room {
        name: "dashboard",
        floor: 4,
        knows: &GROUND,
        libraries: &["egui"],
    },
    Room {
        name: "render",
        floor: 4,
        knows: &["whole_file", "scene"],
        libraries: &["wgpu", "egui", "egui_wgpu"],
    },
    Room {
        name: "stage",
        floor: 5,
        knows: &[
            "message",
            "flow",
            "scene",
            "recording",
            "dashboard",
            "render",
        ],
        libraries: &["egui"],
    },
    Room {
        name: "export",
        floor: 5,
        knows: &[
            "whole_file",
            "message",
            "scene",
            "refiner",
            "dashboard",
            "render",
        ],
        libraries: &["egui", "svg2pdf"],
    },
    Room {
        name: "window",
        floor: 6,
        knows: &[
            "message",
            "flow",
            "scene",
            "recording",
            "refiner",
            "dashboard",
            "render",
            "stage",
            "layouts",
            "export",
            "runs",
        ],
        libraries: &["winit", "egui", "egui_winit"],
    },
    Room {
        name: "headless",
        floor: 6,
        knows: &[
            "message",
            "flow",
            "scene",
            "recording",
            "refiner",
            "dashboard",
            "render",
            "stage",
            "export",
            "runs",
        ],
        libraries: &["indicatif"],
    },
    Room {
        name: "layouts",
        floor: 5,
        knows: &["whole_file", "flow", "dashboard"],
        libraries: &[],
    },
    Room {
        name: "session",
        floor: 7,
        knows: &[
            "message",
            "flow",
            "scene",
            "recording",
            "refiner",
            "dashboard",
            "render",
            "stage",
            "export",
            "window",
            "headless",
            "layouts",
            "signals",
            "exit_guard",
            "gallery",
            "runs",
        ],
        libraries: &[],
    },
    Room {
        name: "whole_file",
        floor: 0,
        knows: &[],
        libraries: &[],
    },
    Room {
        name: "exit_guard",
        floor: 2,
        knows: &[],
        libraries: &[],
    },
    Room {
        name: "runs",
        floor: 3,
        knows: &["message", "flow", "scene", "recording"],
        libraries: &[],
    },
    Room {
        name: "signals",
        floor: 2,
        knows: &[],
        libraries: &[],
    },
    Room {
        name: "cli",
        floor: 8,
        knows: &[],
        libraries: &["clap"],
    },
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The first part of a path below `src`, without `.rs`.
fn room_of(source: &Path, file: &Path) -> String {
    let below = file.strip_prefix(source).expect("the file lies in src");
    let first = below.components().next().expect("a file has a name");
    first
        .as_os_str()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Every identifier that follows `prefix` in code, comments left out.
fn names_after(text: &str, prefix: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split(prefix).skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

/// Whether code names a library as a path: `wgpu::`, not `egui_wgpu::`.
fn uses_library(text: &str, library: &str) -> bool {
    let path = format!("{library}::");
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .any(|line| {
            line.match_indices(&path).any(|(at, _)| {
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            })
        })
}

fn imports(text: &str) -> Vec<String> {
    let mut imports = names_after(text, "crate::");
    imports.extend(names_after(text, "emberscope::"));
    imports
}

#[test]
fn rooms_are_known_only_to_those_above_them() {
    for room in &ROOMS {
        for known in room.knows {
            let below = ROOMS
                .iter()
                .find(|other| other.name == *known)
                .expect("the room exists");
            assert!(
                below.floor < room.floor,
                "{} may not know {known}",
                room.name
            );
        }
    }
}

#[test]
fn every_file_stays_in_its_room() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 30, "only {} files were found", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = room_of(&source, &file);
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        let shown = file
            .strip_prefix(&source)
            .expect("the file lies in src")
            .display()
            .to_string();
        if name == "lib" || name == "main" {
            continue;
        }
        let Some(room) = ROOMS.iter().find(|room| room.name == name) else {
            wrong.push(format!("{shown} is in no room"));
            continue;
        };
        for import in imports(&text) {
            let is_room = ROOMS.iter().any(|other| other.name == import);
            let may = room.name == "cli" || import == name || room.knows.contains(&&*import);
            if is_room && !may {
                wrong.push(format!("{shown} imports {import}"));
            }
        }
        for library in GUARDED {
            if uses_library(&text, library) && !room.libraries.contains(&library) {
                wrong.push(format!("{shown} uses {library}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "out of their rooms:\n  {}",
        wrong.join("\n  ")
    );
}

#[test]
fn the_reader_of_imports_sees_what_it_should() {
    let text = "use crate::render::Gpu;\n// use crate::comment;\nlet x = crate::scene::Scene { a: crate::flow::B };";
    assert_eq!(imports(text), ["render", "scene", "flow"]);
    assert!(uses_library("use wgpu::Device;", "wgpu"));
    assert!(!uses_library("use egui_wgpu::Renderer;", "wgpu"));
    assert!(!uses_library("/// not code: // wgpu::X", "wgpu"));
}
