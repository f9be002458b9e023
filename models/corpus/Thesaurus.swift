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
  in the evening | when evening came | at the end of the day
  it was quiet. | it was very still. | there was not a sound. | nobody spoke.
  it was very quiet. | it was so still. | you could have heard a pin drop. | nobody spoke.
  they looked at each other | their eyes met | they turned to each other
  at last | finally | in the end
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
  smiled | smiled | grinned | beamed
  nodded | gave a nod
  shouted | called | yelled
  old woman | old lady
  all of them | every one of them
  both of them | the two of them
  glad | happy
  silly | foolish
  said nothing | did not say a word | was silent
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
  since then | ever since
  came by | came along | passed by
  came running | came rushing | came as fast as the wind
  sat down | sat down | settled down
  in the middle | right in the middle
  the rest of | what was left of
  had an idea | had a thought | knew what to do
  climbed up | went up
  only one | just one
  was only | was just
  all the others | the rest of them
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
  var text = Array(String(template)), lowered = text.map { Character($0.lowercased()) }
  for group in groups {
    var start = 0
    while let place = lowered[start...].firstRange(of: group.word) {
      start = place.upperBound
      let isWord = (place.lowerBound == 0 || !lowered[place.lowerBound - 1].isLetter)
        && (start == lowered.count || !lowered[start].isLetter && lowered[start] != "'")
        && (group.word.last == "." || start < lowered.count && !".,?!|]".contains(lowered[start]) || !group.isVerb)
      guard isWord else { continue }
      let isCapital = text[place.lowerBound].isUppercase
      let choice = Array("[" + group.words.map { isCapital ? capitalized($0) : $0 }.joined(separator: "|") + "]")
      text.replaceSubrange(place, with: choice)
      lowered.replaceSubrange(place, with: choice.map { _ in Character("#") })
      start = place.lowerBound + choice.count
    }
  }
  return String(text)
}

/// A verb like "is not" is not shortened at the end of a clause.
private let groups = thesaurus.map { words in
  (word: Array(words[0].lowercased()), words: words, isVerb: words[1].contains("'"))
}
