#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The corpus of stories.bin: children's stories from a grammar.
///
///     corpus                    20000 stories, and as many chats
///     corpus --count 5          5 stories and 5 chats
///     corpus --chat | --plain   only the chats, or only the stories
///     corpus --seed 2           other ones
///
/// Stories and chats are separated by a blank line. In a chat each line is a request, a tab and its answer: two
/// of the answers are stories, and a few words may be exchanged in front of them and behind each. The first line
/// may begin with a system prompt and a tab. The same arguments always give the same text.
var count = 20_000
var seed = 1
var plain = true
var chat = true
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
  switch argument {
  case "--plain": chat = false
  case "--chat": plain = false
  case "--count", "--seed":
    let value = arguments.popFirst()
    guard let number = value.flatMap(Int.init), number >= 0 else {
      refuse("\(argument): found \(value ?? "nothing"), expected a number")
    }
    if argument == "--count" { count = number } else { seed = number }
  default: refuse("there is no option \(argument): --count, --seed, --plain and --chat are all")
  }
}

if !plain && !chat { refuse("--plain and --chat leave nothing to write: expected one of them") }

func refuse(_ problem: String) -> Never {
  let line = "corpus: \(problem)\n"
  _ = write(2, line, line.utf8.count)
  exit(2)
}

/// A random story of 60 to 185 words, so that it ends within the 256 tokens that llama2.c's programs write unless
/// they are told otherwise.
func story(_ random: inout Random) -> String {
  drawn {
    let story = try Story(random.pick(plots), random: random.split(), isAnswer: false)
    return (60...185).contains(story.wordCount) ? story.text : nil
  }
}

/// A request with the story that answers it, of 60 to 160 words, and often a few words more.
///
/// Plots with words of the request in them are told more often, so that a model learns to take them up.
func answeredRequest(_ random: inout Random) -> String {
  drawn {
    let plot = random.pick(random.chance(0.3) ? bindingPlots : plots)
    var story = try Story(plot, random: random.split(), isAnswer: true)
    guard (60...160).contains(story.wordCount) else { return nil }
    return try line(story.exchange()) + (random.chance(0.6) ? line(story.smallExchange()) : "")
  }
}

/// Draws until a text fits.
func drawn(_ draw: () throws -> String?) -> String {
  while true {
    if let text = try? draw() { return text }
  }
}

func line(_ exchange: (said: String, answer: String)) -> String {
  exchange.said + "\t" + exchange.answer + "\n"
}

for number in 0..<count {
  var random = Random(corpus: seed, document: number)
  if plain { print(story(&random), terminator: "\n\n") }
  guard chat else { continue }
  random = Random(corpus: ~seed, document: number)
  let system = random.chance(0.1) ? random.pick(systemPrompts) + "\t" : ""
  let greeting = random.chance(0.1) ? line(random.pick(smallTalk)) : ""
  print(system + greeting + answeredRequest(&random) + answeredRequest(&random))
}
