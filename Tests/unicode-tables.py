"""Writes Sources/Llama2/UnicodeTable.swift: the classes of characters that pre-tokenizers tell apart,
and Sources/train/UnicodeScript.swift: the scripts that no piece mixes.

    pip install unicodedata2==16.0.0 fonttools==4.56.0 && python3 Tests/unicode-tables.py

Unicode 16.0, as in the regular expressions of Hugging Face's tokenizers (Oniguruma).
"""

import pathlib

import unicodedata2
from fontTools.unicodedata import script

assert unicodedata2.unidata_version == "16.0.0"

OTHER, LETTER, CASED_LETTER, NUMBER, PUNCTUATION, WHITESPACE = range(6)

# White_Space of PropList.txt.
WHITE_SPACE = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)}
WHITE_SPACE |= {0x2028, 0x2029, 0x202F, 0x205F, 0x3000}

# The letters of DeepSeek LLM's regular expression are those of upper, lower and title case, less
# these: Armenian's lower case, old and modern Georgian, late Cyrillic and Latin, mathematical
# alphabets, and the scripts that have got cases since.
NOT_DEEPSEEK = [
    (0x0560, 0x0588), (0x10C7, 0x10CD), (0x10D0, 0x10FF), (0x1C80, 0x1C8A), (0x2D00, 0x2D2D),
    (0xA790, 0xA7FA), (0xAB30, 0xAB68), (0x10570, 0x105BC), (0x10D50, 0x10D85), (0x16E40, 0x16E7F),
    (0x1D400, 0x1D7CB), (0x1DF00, 0x1DF2A),
]  # fmt: skip

HEADER = """\
// Written by Tests/unicode-tables.py; how to run it stands there.

/// What kind of character a code point is, in Unicode 16.0.
enum CharacterClass: UInt8 {
  case other, letter
  /// A letter that DeepSeek LLM's pre-tokenizer knows.
  case casedLetter
  case number, punctuation, whitespace
}

enum UnicodeTable {
  /// The class of each code point below `classes.count`; those above have `.other`.
  static let classes: [CharacterClass] = {
    var classes: [CharacterClass] = []
    for (run, next) in zip(runs, runs.dropFirst()) {
      let kind = CharacterClass(rawValue: UInt8(run & 7)) ?? .other
      classes += repeatElement(kind, count: Int(next >> 3) - Int(run >> 3))
    }
    return classes
  }()

  /// 8 times the first code point of a run, and the class of its code points.
  private static let runs: [UInt32] = [
"""


def character_class(code):
    category = unicodedata2.category(chr(code))
    if code in WHITE_SPACE:
        return WHITESPACE
    if category in ("Lu", "Ll", "Lt") and not any(a <= code <= b for a, b in NOT_DEEPSEEK):
        return CASED_LETTER
    return {"L": LETTER, "N": NUMBER, "P": PUNCTUATION}.get(category[0], OTHER)


SCRIPTS = """\
// Written by Tests/unicode-tables.py; how to run it stands there.

/// The scripts of Unicode 16.0.
enum UnicodeScript {
  /// A number for the script of a character, of which Han has kana as well, as in SentencePiece. Nil
  /// for one that takes the script of what stands before it, such as an accent.
  static func script(of character: Unicode.Scalar) -> UInt8? {
    // The last run that does not begin behind the character.
    var (low, high) = (0, runs.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if runs[middle] >> 8 <= character.value { low = middle } else { high = middle }
    }
    return runs[low] & 255 == 0 ? nil : UInt8(runs[low] & 255)
  }

  /// 256 times the first code point of a run, and the number of its script, 0 for inherited. What
  /// Unicode has not assigned belongs to the run before it.
  private static let runs: [UInt32] = [
"""


def class_runs():
    runs, last = [], None
    for code in range(0x110000):
        kind = character_class(code)
        if kind != last:
            runs.append(8 * code + kind)
        last = kind
    return runs


def script_runs():
    runs, last, numbers = [], None, {"Zinh": 0}
    for code in range(0x110000):
        name = script(chr(code))
        if name in ("Hira", "Kana") or code == 0x30FC:
            name = "Hani"
        if name not in (last, "Zzzz"):
            runs.append(256 * code + numbers.setdefault(name, len(numbers)))
            last = name
    assert len(numbers) < 256
    return runs


def write(path, header, runs):
    lines, line = [], "   "
    for run in runs:
        if len(line) + len(f" {run},") > 100:
            lines.append(line)
            line = "   "
        line += f" {run},"
    lines.append(line)
    target = pathlib.Path(__file__).parent.parent / path
    target.write_text(header + "\n".join(lines) + "\n  ]\n}\n")
    print(f"{path}: {len(runs)} runs")


def main():
    write("Sources/Llama2/UnicodeTable.swift", HEADER, class_runs())
    write("Sources/train/UnicodeScript.swift", SCRIPTS, script_runs())


if __name__ == "__main__":
    main()
