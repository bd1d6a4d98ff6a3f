//! The WGSL sources in `shaders/`, one file a pipeline, as they are compiled.
//!
//! `common.wgsl` is put before each file that draws data; there is no other machinery. Tests put each through naga and
//! compare every struct with its Rust twin.

use std::borrow::Cow;

const COMMON: &str = include_str!("../../shaders/common.wgsl");

/// The source of one pipeline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    /// The file's name in `shaders/`, without `.wgsl`.
    pub(super) name: &'static str,
    text: &'static str,
    has_common: bool,
}

macro_rules! source {
    ($name:literal, $has_common:literal) => {
        Source {
            name: $name,
            text: include_str!(concat!("../../shaders/", $name, ".wgsl")),
            has_common: $has_common,
        }
    };
}

pub(super) const LINE: Source = source!("line", true);
pub(super) const COLUMN: Source = source!("column", true);
pub(super) const GAP: Source = source!("gap", true);
pub(super) const COVER: Source = source!("cover", true);
pub(super) const MARKER: Source = source!("marker", true);
pub(super) const SOLID: Source = source!("solid", false);
pub(super) const BLIT: Source = source!("blit", false);

impl Source {
    /// All of what is compiled.
    pub(super) fn text(&self) -> Cow<'static, str> {
        if self.has_common {
            format!("{COMMON}\n{}", self.text).into()
        } else {
            self.text.into()
        }
    }

    pub(super) fn module(&self, device: &wgpu::Device) -> wgpu::ShaderModule {
        device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(self.name),
            source: wgpu::ShaderSource::Wgsl(self.text()),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::mem::offset_of;

    use naga::valid::{Capabilities, ValidationFlags, Validator};

    use super::*;
    use crate::render::columns::{Column, GROUP};
    use crate::render::plot::Draw;
    use crate::scene::Vertex;

    const ALL: [Source; 7] = [LINE, COLUMN, GAP, COVER, MARKER, SOLID, BLIT];

    fn parse(source: &Source) -> naga::Module {
        let text = source.text();
        naga::front::wgsl::parse_str(&text).unwrap_or_else(|error| {
            panic!("{}", error.emit_to_string_with_path(&text, source.name))
        })
    }

    #[test]
    fn every_shader_is_valid() {
        for source in &ALL {
            let module = parse(source);
            Validator::new(ValidationFlags::all(), Capabilities::empty())
                .validate(&module)
                .unwrap_or_else(|error| panic!("{}: {error:?}", source.name));
            assert!(module.entry_points.len() >= 2, "{}", source.name);
        }
    }

    #[test]
    fn every_file_is_compiled() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/shaders");
        let files: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let known: BTreeSet<String> = ALL
            .iter()
            .map(|source| source.name)
            .chain(["common"])
            .map(|name| format!("{name}.wgsl"))
            .collect();
        assert_eq!(files, known);
    }

    /// The members of a struct as naga lays it out: name, offset and size in bytes; and the struct's size.
    fn layout(module: &naga::Module, name: &str) -> (Vec<(String, u32, u32)>, u32) {
        let mut layouter = naga::proc::Layouter::default();
        layouter.update(module.to_ctx()).unwrap();
        let (members, span) = module
            .types
            .iter()
            .find(|(_, ty)| ty.name.as_deref() == Some(name))
            .and_then(|(_, ty)| match &ty.inner {
                naga::TypeInner::Struct { members, span } => Some((members, *span)),
                _ => None,
            })
            .unwrap_or_else(|| panic!("no struct {name}"));
        let members = members
            .iter()
            .map(|member| {
                let name = member.name.clone().unwrap_or_default();
                (name, member.offset, layouter[member.ty].size)
            })
            .collect();
        (members, span)
    }

    macro_rules! twin {
        ($module:expr, $ty:ident { $($field:ident: $field_ty:ty),+ $(,)? }) => {{
            let (members, span) = layout($module, stringify!($ty));
            let ours: Vec<(String, u32, u32)> = vec![$((
                stringify!($field).to_owned(),
                u32::try_from(offset_of!($ty, $field)).unwrap(),
                // Fails to compile where the field has another type.
                { let _ = |twin: &$ty| -> $field_ty { twin.$field }; u32::try_from(size_of::<$field_ty>()).unwrap() },
            )),+];
            assert_eq!(members, ours);
            assert_eq!(span as usize, size_of::<$ty>());
        }};
    }

    #[test]
    fn structs_are_laid_out_as_their_twins() {
        for source in ALL.iter().filter(|source| source.has_common) {
            let module = parse(source);
            twin!(&module, Vertex { x: f32, y: f32 });
            twin!(
                &module,
                Draw {
                    scale: [f32; 2],
                    offset: [f32; 2],
                    clip_min: [f32; 2],
                    clip_max: [f32; 2],
                    cover_min: [f32; 2],
                    cover_max: [f32; 2],
                    color: [f32; 4],
                    ground: [f32; 4],
                    target_size: [f32; 2],
                    radius: f32,
                    detail: f32,
                    first: u32,
                    count: u32,
                    reach: u32,
                    padding: u32,
                }
            );
        }
    }

    #[test]
    fn columns_are_laid_out_as_their_twins() {
        let module = parse(&COLUMN);
        twin!(
            &module,
            Column {
                enter: f32,
                leave: f32,
                top: f32,
                bottom: f32,
            }
        );
        assert!(COLUMN.text.contains(&format!("const GROUP = {GROUP}u;")));
    }

    #[test]
    fn what_interrupts_a_line_is_beyond_the_shaders_limit() {
        let limit = COMMON
            .lines()
            .find_map(|line| line.strip_prefix("const GAP = "))
            .and_then(|rest| rest.trim_end_matches(';').parse::<f32>().ok())
            .expect("common.wgsl has a constant GAP");
        assert!((Vertex::GAP..-3.3e38).contains(&limit));
    }
}
