// What one might have asked to be told a story: {x} is its subject.

private let asking = lines(
  """
  Tell me a story about {x}
  Tell me a story about {x}
  Tell me a story about {x}
  Tell me a story about {x}
  tell me a story about {x}
  Tell me a short story about {x}
  Tell me about {x}
  Tell a story about {x}
  Tell us a story about {x}
  Tell me a bedtime story about {x}
  Please tell me a story about {x}
  Please write a story about {x}
  Write a story about {x}
  write a story about {x}
  Write a short story about {x}
  Write me a story about {x}
  I want a story about {x}
  I'd like a story about {x}
  I would like to hear a story about {x}
  A story about {x}
  a story about {x}
  A story about {x}, please
  Make up a story about {x}
  Give me a story about {x}
  Can you tell me a story about {x}?
  Could you write a story about {x}?
  Will you tell me a story about {x}?
  Do you know a story about {x}?
  How about a story about {x}?
  Tell me another story about {x}
  Now tell me a story about {x}
  Tell my child a story about {x}
  Tell me a story about {x}, please
  Please tell us about {x}
  Please, a story about {x}
  story about {x}
  I'd love a story about {x}
  I want to hear about {x}
  Read me a story about {x}
  Tell me a funny story about {x}
  Tell me a goodnight story about {x}
  Write a little story about {x}, please
  Write a story for children about {x}
  Write a children's story about {x}
  Hi! Tell me a story about {x}
  Hello, can you tell me a story about {x}?
  Can you tell a story about {x}, please?
  Can you write a story about {x}?
  Could you tell me a story about {x}, please?
  Can I have a story about {x}?
  Can we have a story about {x}?
  May I hear a story about {x}?
  Would you tell me a story about {x}?
  Is there a story about {x}?
  {x}
  """)

let systemPrompts = lines(
  """
  You are a storyteller.
  You are a friendly storyteller.
  You are a helpful assistant.
  You tell short stories for children.
  You tell stories
  Be kind.
  Tell stories for a child of five years.
  Answer with a story.
  Use simple words.
  You are an old grandmother who tells stories.
  """)

private let askingForAnything = lines(
  """
  Tell me a story
  Tell me a story.
  tell me a story
  Write a story
  Write a story.
  Tell me a short story.
  Can you tell me a story?
  Please tell me a story.
  Another story, please.
  Tell me another one.
  A story, please!
  I am bored. Tell me a story.
  """)

/// What a storyteller may say first: it takes up what was asked for.
private let answering = lines(
  """
  A story about {x}? Here it is.
  A story about {x}? Listen.
  A story about {x}? I know one.
  A story about {x}! Here it comes.
  A story about {x}. Let me think.
  Here is a story about {x}.
  Of course! Here is a story about {x}.
  Yes, I know a story about {x}.
  I will tell you about {x}.
  So you want to hear about {x}. Listen.
  """)

extension Story {
  /// A request, and this story as the answer to it.
  mutating func exchange() throws -> (said: String, answer: String) {
    isAsking = true
    // A hero that other stories lack is one that was asked for.
    let isOnlyAsked = !toldKinds.contains(hero.kind)
    if !isOnlyAsked, random.chance(0.03) { return (random.pick(askingForAnything), text) }
    let isOfPlot = !isOnlyAsked && !plot.about.isEmpty && random.chance(0.45)
    let subject = isOfPlot ? try filled(random.pick(plot.about)) : try askedHero() + askedTail()
    let request = written(random.pick(asking).replacing("{x}", with: subject))
    guard random.chance(0.35) else { return (request, text) }
    return (request, random.pick(answering).replacing("{x}", with: answered(subject)) + " " + text)
  }

  /// Something else that one may say, of the hero or not, and what a storyteller says to it.
  mutating func smallExchange() -> (said: String, answer: String) {
    isAsking = true
    if random.chance(0.3) { return random.pick(smallTalk) }
    var name = random.chance(0.5) ? hero.name : nil
    if random.chance(0.3) {
      name = random.pick([random.pick(girls + boys), inventedName(hero.gender, &random)])
    }
    let subject = name ?? askedHero()
    let (said, answer) = random.pick(name == nil ? heroTalk : nameTalk)
    return (
      written(said.replacing("{x}", with: subject)),
      capitalized(answer.replacing("{x}", with: answered(subject)))
    )
  }

  /// "my cat Tom", as another one says it.
  private func answered(_ subject: String) -> String {
    let own = ["my ", "our "].first(where: subject.hasPrefix)
    return own.map { "your " + subject.dropFirst($0.count) } ?? subject
  }

  /// As one types it: with and without its punctuation and its capitals.
  private mutating func written(_ request: String) -> String {
    var text = request
    if text.hasSuffix("?") {
      if random.chance(0.2) { text.removeLast() }
    } else if !text.hasSuffix("!"), random.chance(0.4) {
      text += random.chance(0.1) ? "!" : "."
    }
    if random.chance(0.04) { return text.lowercased() }
    return random.chance(0.15) ? text.prefix(1).lowercased() + text.dropFirst() : text
  }

  private mutating func askedHero() -> String {
    if plot.isForPairs { return askedPair() }
    let kind = hero.isUnique ? "the " + hero.kind : a(hero.kind)
    let described = hero.isUnique ? kind : a(hero.describedKind)
    guard let name = hero.name else { return random.pick([kind, kind, kind, described]) }
    let isChild = childKinds.contains(hero.kind)
    return random.pick([
      kind, described, "\(kind) named \(name)", "\(kind) named \(name)", "\(kind) called \(name)",
      "\(described) named \(name)",
      isChild ? name : "\(name) the \(hero.kind)",
      isChild ? "\(kind) named \(name)" : "\(name) the \(hero.kind)", name,
      world == .town
        ? "\(described) called \(name)"
        : random.pick([
          "my \(hero.kind) \(name)", "my \(hero.kind) \(name)", "our \(hero.kind) \(name)",
        ]),
    ])
  }

  private mutating func askedPair() -> String {
    if let together {
      let group =
        together.hasPrefix("a ")
        ? together : random.pick(["two ", "two ", "two little "]) + together
      let names = "\(hero.name!) and \(friend.name!)"
      return random.pick([
        group, group, "\(group) named \(names)", "\(group) called \(names)", names,
      ])
    }
    let kinds = "\(a(hero.kind)) and \(a(friend.kind))"
    guard let name = hero.name, let second = friend.name else { return kinds }
    return random.pick([
      kinds, "\(hero.introduction) and \(friend.introduction)",
      "\(name) the \(hero.kind) and \(second) the \(friend.kind)",
      "\(name) and \(second)",
    ])
  }

  /// What is asked about the hero, and told in the story.
  private mutating func askedTail() throws -> String {
    guard random.chance(0.85) else { return "" }
    var tails: [String] = []
    if !plot.who.isEmpty {
      let who = " " + (try filled(random.pick(plot.who)))
      tails += [who, who, who]
    }
    if !plot.isForPairs, known.contains("friend") { tails.append(" and " + a(friend.kind)) }
    if known.contains("thing"), let thing = words["thing"] {
      tails += [" and " + a(thing), " and \(hero.gender.his) " + thing]
    }
    for name in ["place", "place2"]
    where text.contains(words["in \(name)"]!) || text.contains(words["to \(name)"]!) {
      let place = " " + words["in \(name)"]!
      tails += [place, place]
    }
    return tails.isEmpty ? "" : random.pick(tails)
  }
}

/// What is said beside the stories, so that a greeting is not taken for the subject of one.
let smallTalk = exchanges(
  """
  Hello / Hello! Shall I tell you a story? Just say who it is about.
  Hello! / Hello! Who shall the story be about?
  Hi / Hi! I tell stories. Who shall this one be about?
  hi / Hi there! Would you like a story? Tell me who it is about.
  Good morning / Good morning! A good day for a story. Who is it about?
  Good evening! / Good evening! Just the right time for a story. Who shall be in it?
  How are you? / I am well, and full of stories. Who shall I tell you about?
  Who are you? / I am a storyteller. Give me a hero, and I will tell you a story.
  What is your name? / I have no name, but I have many stories. Would you like one?
  What can you do? / I tell stories for children. Ask me for one about a fox, a king or the moon.
  Thank you / You are welcome! Would you like another one?
  Thank you! / You are welcome. Sleep well!
  Thanks / I am glad you liked it. Shall I tell another?
  thanks! / You are welcome! There are many more where that came from.
  That was nice / I am glad! Shall I tell you another one?
  That was a good story. / Thank you! Who shall the next one be about?
  Good night / Good night! Sweet dreams.
  Good night! / Sleep well, and dream of something lovely.
  Bye / Goodbye! Come back soon for another story.
  Goodbye / Goodbye! I will think of new stories until you come back.
  """)

/// What is said of {x}, the name of a hero, and the answer.
private let nameTalk = exchanges(
  """
  My name is {x} / Hello, {x}! Shall I tell you a story?
  I am {x} / Hello, {x}! Who shall the story be about?
  Hi, I am {x}! / Hi, {x}! I am a storyteller.
  I'm {x} / Hello, {x}! What a good name. Who shall the story be about?
  Hi, I'm {x} / Hi, {x}! I tell stories. Would you like one?
  Hi, my name is {x} / Hi, {x}! Shall I tell you a story?
  Hello, my name is {x} / Hello, {x}! Would you like a story?
  You can call me {x} / Then I will call you {x}.
  Do you know {x}? / {x}? Yes, I know {x}. Shall I tell you about {x}?
  Where is {x}? / I have not seen {x} today. Shall I tell you about {x}?
  Say hello to {x} / Hello, {x}!
  """)

/// What is said of {x}, a hero such as "a fox named Tom", and the answer.
private let heroTalk = exchanges(
  """
  Do you know {x}? / Yes, I know {x}. Shall I tell you a story about {x}?
  I like stories about {x} / So do I! Shall I tell you one about {x}?
  I saw {x} today / You saw {x}? Tell me more!
  Are there stories about {x}? / Of course there are stories about {x}!
  I dreamed of {x} / A dream of {x}! That would be a good story.
  Have you ever seen {x}? / I have seen {x} in many stories.
  I would like to meet {x} / Then let us look for {x} in a story.
  Did you see {x}? / {x}? No, not today.
  """)

/// What stands in front of the first "/" of each line, and behind it.
private func exchanges(_ text: String) -> [(said: String, answer: String)] {
  lines(text).map { line in
    let turns = line.split(separator: "/", maxSplits: 1).map(trimmed)
    return (turns[0], turns[1])
  }
}
