"""Cuts the fonts of assets/fonts from the Debian packages' files: fewer glyphs, tabular digits by default.

Called by scripts/make-fonts, which provides Python with fontTools:

    make_fonts.py SOURCE_ROOT OUTPUT_FOLDER

SOURCE_ROOT is the folder under which the packages were unpacked ("/" for installed ones). The same sources give the
same bytes.
"""

import hashlib
import sys
from pathlib import Path

from fontTools import subset
from fontTools.cffLib.specializer import commandsToProgram, programToCommands
from fontTools.ttLib import TTFont

INTER = "usr/share/fonts/opentype/inter/Inter-{}.otf"
MONO = "usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-{}.ttf"

# output file, source file, sha256 of the source, family, style
FONTS = [
    (
        "inter-400.otf",
        INTER.format("Regular"),
        "a7e791e8f5a0fb02b65663f7fca73e1d1ca9543f772ad480cbd76f4e3fe3f8cc",
        "Emberscope Sans",
        "Regular",
    ),
    (
        "inter-500.otf",
        INTER.format("Medium"),
        "99dab2bdcb613c4c8264000a94351d1227f74dc95a86d1249493aeee0c0179c4",
        "Emberscope Sans",
        "Medium",
    ),
    (
        "inter-600.otf",
        INTER.format("SemiBold"),
        "8c1990b6012254ea2b487161697d107357dd0ee55811cfd91c8c11227bbef457",
        "Emberscope Sans",
        "SemiBold",
    ),
    (
        "jetbrains-mono-400.ttf",
        MONO.format("Regular"),
        "a3014fb90ae8ddfbdfc778de75f95b49a857947fde5335ab3f50b6d56eb517be",
        "Emberscope Mono",
        "Regular",
    ),
]

# Blocks asked for; a font gives what it has of them.
BLOCKS = [
    (0x0020, 0x007E),  # Basic Latin
    (0x00A0, 0x00FF),  # Latin-1
    (0x0100, 0x017F),  # Latin Extended-A
    (0x02C6, 0x02DD),  # spacing accents
    (0x0300, 0x0328),  # combining accents
    (0x0370, 0x03FF),  # Greek
    (0x2000, 0x206F),  # general punctuation
    (0x2070, 0x209F),  # superscripts and subscripts
    (0x20A0, 0x20BF),  # currency
    (0x2100, 0x214F),  # letterlike: ℓ, ™, Å
    (0x2150, 0x215E),  # fractions
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2300, 0x23FF),  # technical
    (0x2500, 0x259F),  # box drawing and blocks
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2600, 0x27BF),  # symbols and dingbats: ✓ ✗ ⚠
    (0x2800, 0x28FF),  # Braille patterns
]

# What must be there, or the dashboard would show boxes.
NEEDED = "0123456789-−+±×·.,:;/%()[]<>=≤≥≈≠∞σµΩΔ→←↑↓●▲▼■…–—°²³⁻⁰¹⁴⁵⁶⁷⁸⁹√∂∑✓✗⚠▶\u2007"

# Layout features kept. Left out on purpose: `calt` and `liga` (they turn "->" into an arrow and "8x8" into "8×8";
# a log shows what was written) and `tnum` (frozen into the character map below).
FEATURES = ["kern", "mark", "mkmk", "ccmp"]

DIGITS = [ord(c) for c in "0123456789"]
# Characters that take the width of a digit, so that a sign or a blank in a digit's place moves nothing.
AS_WIDE_AS_A_DIGIT = [ord(c) for c in "−+±×=<>≤≥≈≠\u2007"]


def main(root: Path, out: Path) -> None:
    for name, source, sha256, family, style in FONTS:
        data = (root / source).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            sys.exit(f"{source}: sha256 is {found}, expected {sha256}: another version of the package")
        # Times stay the source's own, so that the result depends on nothing else.
        font = TTFont(root / source, recalcTimestamp=False)
        font.cfg["fontTools.ttLib.tables.otBase:USE_HARFBUZZ_REPACKER"] = False
        freeze_tabular_digits(font)
        add_figure_space(font)
        cut(font)
        if "CFF " in font:
            equal_widths(font, TTFont(root / source))
        leave_digits_out_of_kerning(font)
        rename(font, family, style)
        target = out / name
        font.save(target)
        check(target)


def freeze_tabular_digits(font: TTFont) -> None:
    """Maps the characters 0 to 9 to the glyphs that the feature `tnum` would choose."""
    tabular = single_substitutions(font, "tnum")
    for table in font["cmap"].tables:
        for char in DIGITS:
            if char in table.cmap:
                table.cmap[char] = tabular.get(table.cmap[char], table.cmap[char])


def add_figure_space(font: TTFont) -> None:
    """Gives a font without one the figure space (U+2007): where all glyphs are of one width, it is the space."""
    for table in font["cmap"].tables:
        if table.isUnicode() and 0x2007 not in table.cmap:
            table.cmap[0x2007] = table.cmap[0x20]


def single_substitutions(font: TTFont, tag: str) -> dict[str, str]:
    """The one-to-one substitutions of a GSUB feature; empty where the font has no such feature."""
    gsub = font["GSUB"].table
    lookups = {i for r in gsub.FeatureList.FeatureRecord if r.FeatureTag == tag for i in r.Feature.LookupListIndex}
    mapping: dict[str, str] = {}
    for index in sorted(lookups):
        for part in gsub.LookupList.Lookup[index].SubTable:
            mapping |= getattr(part, "ExtSubTable", part).mapping
    return mapping


def cut(font: TTFont) -> None:
    """Keeps the glyphs of BLOCKS and the features of FEATURES."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.name_languages = [0x409]
    options.notdef_outline = True
    options.glyph_names = False
    options.hinting = True
    options.drop_tables += ["DSIG"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[c for first, last in BLOCKS for c in range(first, last + 1)])
    subsetter.subset(font)


def equal_widths(font: TTFont, source: TTFont) -> None:
    """Gives the digits, and what stands in a digit's place, exactly one width, the glyph centred in what changes.

    Inter's tabular 4 is two or three units short of its neighbours in the heavier weights, and its operators are as
    wide as the digits of one weight only.
    """
    cmap, widths = font.getBestCmap(), font["hmtx"].metrics
    width = max(widths[cmap[c]][0] for c in DIGITS)
    source["CFF "].cff.desubroutinize()
    flat = source["CFF "].cff.topDictIndex[0].CharStrings
    chars = font["CFF "].cff.topDictIndex[0].CharStrings
    for name in sorted({cmap[c] for c in DIGITS + AS_WIDE_AS_A_DIGIT if c in cmap}):
        old, bearing = widths[name]
        shift = round((width - old) / 2)
        widths[name] = (width, bearing + shift)
        char = chars[name]
        char.program = moved(flat[name].program, width - char.private.nominalWidthX, shift)


def moved(program: list, width: int, shift: int) -> list:
    """A flat Type 2 charstring with another width (relative to `nominalWidthX`), its outline and hints moved right."""
    commands = programToCommands(program)
    if commands[0][0] == "" and len(commands[0][1]) == 1:
        commands.pop(0)  # the old width
    out = [("", [width])]
    moved_outline = False
    for index, (operator, args) in enumerate(commands):
        vertical_stems = operator in ("vstem", "vstemhm")
        # Stems directly before a mask may go without their operator; they are vertical.
        vertical_stems |= operator == "" and index + 1 < len(commands) and commands[index + 1][0] in ("hintmask", "cntrmask")
        if vertical_stems:
            args = [args[0] + shift, *args[1:]]
        elif not moved_outline and operator in ("rmoveto", "hmoveto"):
            args, moved_outline = [args[0] + shift, *args[1:]], True
        elif not moved_outline and operator == "vmoveto":
            operator, args, moved_outline = "rmoveto", [shift, *args], True
        out.append((operator, args))
    return commandsToProgram(out)


def leave_digits_out_of_kerning(font: TTFont) -> None:
    """Removes digits and signs from both sides of every kerning pair: a changing number keeps its width."""
    if "GPOS" not in font:
        return
    cmap = font.getBestCmap()
    still = {cmap[c] for c in DIGITS + AS_WIDE_AS_A_DIGIT if c in cmap}
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for part in lookup.SubTable:
            part = getattr(part, "ExtSubTable", part)
            if part.LookupType != 2:
                continue
            first = part.Coverage.glyphs
            if part.Format == 1:
                pairs = [(g, s) for g, s in zip(first, part.PairSet, strict=True) if g not in still]
                part.Coverage.glyphs = [g for g, _ in pairs]
                part.PairSet = [s for _, s in pairs]
                part.PairSetCount = len(pairs)
                for _, pair_set in pairs:
                    records = [r for r in pair_set.PairValueRecord if r.SecondGlyph not in still]
                    pair_set.PairValueRecord = records
                    pair_set.PairValueCount = len(records)
            else:
                part.Coverage.glyphs = [g for g in first if g not in still]
                for definition in (part.ClassDef1, part.ClassDef2):
                    for glyph in still & definition.classDefs.keys():
                        del definition.classDefs[glyph]


def rename(font: TTFont, family: str, style: str) -> None:
    """Names the modified font as one: the originals' names stay theirs (copyright and licence records are kept)."""
    names = font["name"]
    version = names.getDebugName(5)
    postscript = f"{family}-{style}".replace(" ", "")
    for record in list(names.names):
        if record.nameID > 14:
            names.removeNames(nameID=record.nameID)
    for name_id, text in {
        1: family if style == "Regular" else f"{family} {style}",
        2: "Regular",
        3: f"emberscope;{postscript}",
        4: f"{family} {style}",
        5: f"{version}; subset with tabular digits for emberscope",
        6: postscript,
    }.items():
        names.setName(text, name_id, 3, 1, 0x409)
    if "CFF " in font:
        cff = font["CFF "].cff
        cff.fontNames = [postscript]
        cff.topDictIndex[0].FamilyName = family
        cff.topDictIndex[0].FullName = f"{family} {style}"


def check(path: Path) -> None:
    """Fails unless the written file has what the dashboard counts on."""
    font = TTFont(path)
    cmap, widths = font.getBestCmap(), font["hmtx"].metrics
    missing = [c for c in NEEDED if ord(c) not in cmap]
    digit_widths = {widths[cmap[c]][0] for c in DIGITS}
    assert len(digit_widths) == 1, f"{path.name}: digits of several widths: {digit_widths}"
    for char in AS_WIDE_AS_A_DIGIT:
        if char in cmap:
            assert {widths[cmap[char]][0]} == digit_widths, f"{path.name}: {chr(char)} is not as wide as a digit"
    print(
        f"{path.name}: {path.stat().st_size} bytes, {len(set(cmap.values()))} glyphs for {len(cmap)} characters, "
        f"digits {digit_widths.pop()} of {font['head'].unitsPerEm} units"
        + (f", without {' '.join(missing)}" if missing else "")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
