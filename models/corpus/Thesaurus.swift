// Words that can stand for one another wherever a page has the first of them: who reads many stories should meet them all.

private let thesaurus = lines(
  """
  everybody | everyone
  nobody | no one
  somebody | someone
  began to | started to
  at once | right away
  after a while | after some time | a little later
  the next day | the day after
  the next morning | the morning after | early the next day
  in the evening | when evening came | when the sun went down
  it was quiet. | it was very still. | there was not a sound. | nobody spoke.
  it was very quiet. | it was so still. | you could have heard a pin drop. | nobody spoke.
  they looked at each other | their eyes met | they turned to each other
  at last | finally
  from far away | from a long way off
  looked at | looked at | gazed at | stared at
  thought about it | thought it over
  had to laugh | could not help laughing | burst out laughing
  ran to | hurried to | rushed to
  ran all the way | hurried all the way | ran without stopping
  was gone | had vanished | had disappeared
  the whole | the entire
  once more | again | one more time
  as if | as though
  in front of | before
  beside | next to
  suddenly | all of a sudden
  smiled | smiled | grinned
  nodded | gave a nod
  shouted | called | yelled
  glad | happy
  silly | foolish
  said nothing | did not say a word
  took a deep breath | breathed in deeply | took a long breath
  held on to | clung to
  jumped up | leaped up
  again and again | over and over
  every day | each day
  every morning | each morning
  every evening | each evening
  a long time | quite a while | a good while
  out of breath | panting
  turned around | spun around
  one by one | one after the other | one after another
  from then on | from that day on | after that
  since then, | ever since then,
  came by | came along | passed by
  came running | came rushing | came as fast as the wind
  sat down | sat down | settled down
  had an idea | had a thought | knew what to do
  was only | was just
  fast asleep | sound asleep
  laughed out loud | laughed and laughed
  they laughed | they giggled | they laughed
  for a while | for some time
  side by side | shoulder to shoulder
  could not | couldn't
  cannot | can't
  did not | didn't
  do not | don't
  does not | doesn't
  was not | wasn't
  were not | weren't
  is not | isn't
  would not | wouldn't
  I am | I'm
  I will | I'll
  I have never | I've never
  that is | that's
  there is | there's
  let us | let's
  """
).map { $0.split(separator: "|").map(trimmed) }.filter { $0.count > 1 }

/// A template in which words of the thesaurus have become choices.
func varied(_ template: some StringProtocol) -> String {
  var text = Array(template.utf8)
  var lowered = text.map(lowercase)
  for group in groups {
    var start = 0
    while let place = firstPlace(of: group.word, in: lowered, from: start) {
      start = place.upperBound
      guard isWord(place, in: lowered, group) else { continue }
      let isCapital = text[place.lowerBound] != lowered[place.lowerBound]
      let choice = Array(
        "[\(group.words.map { isCapital ? capitalized($0) : $0 }.joined(separator: "|"))]".utf8)
      text.replaceSubrange(place, with: choice)
      // No word matches zeros.
      lowered.replaceSubrange(place, with: repeatElement(0, count: choice.count))
      start = place.lowerBound + choice.count
    }
  }
  return String(decoding: text, as: UTF8.self)
}

private let groups = thesaurus.map { words in
  (word: words[0].utf8.map(lowercase), words: words, isVerb: words[1].contains("'"))
}

private func lowercase(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }

private func firstPlace(of word: [UInt8], in text: [UInt8], from start: Int) -> Range<Int>? {
  guard start + word.count <= text.count else { return nil }
  for place in start...text.count - word.count where text[place] == word[0] {
    if text[place..<place + word.count].elementsEqual(word) { return place..<place + word.count }
  }
  return nil
}

/// Whether no letter stands around a place. A verb like "is not" is not shortened at the end of a clause.
private func isWord(
  _ place: Range<Int>, in text: [UInt8], _ group: (word: [UInt8], words: [String], isVerb: Bool)
) -> Bool {
  func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte) || byte == UInt8(ascii: "'") }
  if place.lowerBound > 0, isLetter(text[place.lowerBound - 1]) { return false }
  guard place.upperBound < text.count else { return !group.isVerb }
  let next = text[place.upperBound]
  return !isLetter(next) && !(group.isVerb && ".,?!|]".utf8.contains(next))
}
