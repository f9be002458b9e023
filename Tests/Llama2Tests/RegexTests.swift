import Foundation
import Testing

@testable import Llama2

@Suite struct RegexTests {
  private func matches(_ pattern: String, _ text: String) throws -> Bool {
    LanguageOracle.matches([try RegexParser.language(matching: pattern)], text)
  }

  @Test(arguments: MatchingFixture.all.patterns)
  func textsMatchIfTheyDoInPython(_ fixture: MatchingFixture.Case) throws {
    let rules = [try RegexParser.language(matching: fixture.source)]
    for text in fixture.good { #expect(LanguageOracle.matches(rules, text), "\(text)") }
    for text in fixture.bad { #expect(!LanguageOracle.matches(rules, text), "\(text)") }
  }

  @Test(arguments: [
    ("a(?=b)", "a lookahead, (?= at character 2,"),
    ("(?!b)", "a negative lookahead, (?! at character 1,"),
    ("(?<=b)", "a lookbehind, (?<= at character 1,"), ("(?<!b)", "a negative lookbehind, (?<! at"),
    ("(?<name>b)", "a named group, (?< at"), ("(?P<name>b)", "a named group, (?P at"),
    ("(?>b)", "an atomic group"), ("(?i)b", "an inline flag, (?i at"), ("(?#b)", "a comment"),
    ("(?(1)b)", "a conditional group"), ("b*?", "a lazy quantifier, *? at character 2,"),
    ("b{2,3}?", "a lazy quantifier, {2,3}? at"), ("b++", "a possessive quantifier, ++ at"),
    (#"(b)\1"#, #"a backreference, \1 at character 4,"#), (#"\k<b>"#, #"a backreference, \k at"#),
    (#"\bb"#, #"a word boundary, \b at"#), (#"\B"#, #"a word boundary, \B at"#),
    (#"\p{L}"#, #"a Unicode property, \p at"#), (#"\PL"#, #"a Unicode property, \P at"#),
    ("[[:alpha:]]", "a POSIX class, [: at character 2,"), (#"\A"#, #"the escape, \A at"#),
    (#"\z"#, #"the escape, \z at"#), (#"\07"#, #"the escape, \0 at"#),
    (#"[\b]"#, #"the escape, \b at"#),
    ("a^b", "an anchor inside the expression, ^ at character 2,"),
    ("(a$|b)", "an anchor inside the expression, $ at character 3,"),
  ])
  func whatIsNotSupportedIsRefusedByName(_ pattern: String, _ name: String) {
    expectRefusal(of: pattern, saying: name, "is not supported")
  }

  @Test(arguments: [
    ("(a", "a ( that is not closed, at character 1"),
    ("a)b", "a ) that closes no group, at character 2"),
    ("[a", "a [ that is not closed, at character 1"), ("[]", "an empty class"),
    ("[^]", "an empty class"),
    ("*", "* behind nothing"), ("a|+", "+ behind nothing that it could repeat, at character 3"),
    ("a**", "* behind nothing"), ("a{", #"write \{"#), ("a{,2}", #"write \{"#), ("{", #"write \{"#),
    ("a{3,2}", "counts in the wrong order"), ("a{1000001}", "a count above 1000000"),
    ("a{99999999999999999999}", "a count above 1000000"), ("[b-a]", "a range that"),
    (#"[\d-a]"#, "a range that"),
    (#"[a-\d]"#, "a range that"), (#"\"#, #"a \ at the end"#), (#"\x4"#, "hexadecimal"),
    (#"\u12"#, "hexadecimal"),
    (#"\u{}"#, "hexadecimal"), (#"\u{110000}"#, "no scalar"), (#"\u{41"#, "no scalar"),
    (#"\ud83d"#, "half a surrogate pair"), (#"\ude00"#, "half a surrogate pair"),
    (#"\é"#, "needs none"),
    (String(repeating: "(", count: 100_000), "groups nested deeper than 64 levels"),
  ])
  func whatIsWrongIsRefusedWithItsPlace(_ pattern: String, _ problem: String) {
    expectRefusal(of: pattern, saying: problem)
  }

  private func expectRefusal(of pattern: String, saying parts: String...) {
    let error = #expect(throws: LlamaError.self) { try RegexParser.language(matching: pattern) }
    for part in parts {
      #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }
  }

  @Test func whiteSpaceIsECMAScripts() throws {
    let space =
      "\t\n\u{B}\u{C}\r \u{A0}\u{1680}\u{2000}\u{200A}\u{2028}\u{2029}\u{202F}\u{205F}\u{3000}\u{FEFF}"
    for scalar in space.unicodeScalars {
      #expect(try matches(#"\s"#, String(scalar)))
      #expect(try !matches(#"[^\s]|\S"#, String(scalar)))
    }
    for text in ["\u{85}", "\u{200B}", "x"] { #expect(try !matches(#"\s"#, text)) }
    #expect(try !matches(#"\d|\w"#, "٣") && !matches(#"\w"#, "é") && matches(#"\D\W"#, "é٣"))
  }

  @Test func aSurrogatePairIsOneScalar() throws {
    #expect(try matches(#"\uD83D\ude00"#, "😀") && matches(#"[\ud83d\ude00-\ud83d\ude02]"#, "😁"))
    #expect(try matches(#"\u{1f600}."#, "😀😁") && !matches("..", "😀"))
  }

  /// Compares with Foundation's engine, but for the classes that it reads otherwise.
  private func expectAgreement(
    on pattern: String, _ language: Language, _ random: inout SplitMix
  ) throws {
    guard pattern.split(separator: "[", omittingEmptySubsequences: false).count < 3,
      !pattern.contains("--"),
      let engine = try? NSRegularExpression(pattern: "\\A(?:\(pattern))\\z")
    else { return }
    var walk = LanguageWalk([language], seed: pattern.utf8.count)
    let letters = ["a", "é", "3", ",", "-", ":"]
    let texts = (0..<4).flatMap { _ in
      let length = Int.random(in: 0...3, using: &random)
      return [
        walk.next(), (0..<length).map { _ in letters.randomElement(using: &random)! }.joined(),
      ]
    }
    // Control characters are never generated, and . is none of the ends of lines there.
    let others: [Unicode.GeneralCategory] = [.control, .lineSeparator, .paragraphSeparator]
    for text in texts
    where !text.unicodeScalars.contains(where: { others.contains($0.properties.generalCategory) }) {
      let all = NSRange(location: 0, length: text.utf16.count)
      #expect(
        LanguageOracle.matches([language], text)
          == (engine.firstMatch(in: text, range: all) != nil), "\(pattern) \(text)")
    }
  }

  @Test func ofManyRandomTextsEachIsAnExpressionOrRefused() {
    var random = SplitMix(1)
    let parts = [
      "a", "é", "(", ")", "(?:", "(?", "[", "]", "[^", "-", "|", "*", "+", "?", "{", "}", "{2}",
      "{1,", ",", "3",
      "^", "$", ".", "\\", "\\d", "\\x", "\\u", "{4", "1}", "\\ud83d", ":", "<", "=",
    ]
    var count = 0
    for _ in 0..<20_000 {
      let length = Int.random(in: 0...8, using: &random)
      let pattern = (0..<length).map { _ in parts.randomElement(using: &random)! }.joined()
      do {
        let language = try RegexParser.language(matching: pattern)
        count += 1
        try expectAgreement(on: pattern, language, &random)
      } catch {
        #expect(error is LlamaError)
      }
    }
    #expect(count > 1000)
  }
}
