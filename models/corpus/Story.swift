/// Somebody in a story.
struct Someone {
  let kind: String
  let gender: Gender
  var nature: String?
  var name: String?
  /// How one speaks is heard in the nature.
  var voice: Voice { nature.flatMap { voices[$0] } ?? plainVoice }
  var isUnique: Bool { uniqueKinds.contains(kind) }
  /// "little fox"
  var describedKind: String { nature.map { $0 + " " + kind } ?? kind }
  /// "a little fox named Tom"
  var introduction: String {
    let kind = isUnique ? "the " + self.kind : a(describedKind)
    return name.map { "\(kind) named \($0)" } ?? kind
  }
}

/// A plot: its page, and who it is for.
struct Plot: Sendable {
  let page: Page
  /// Clauses behind the hero in a request, and subjects that stand for the whole of it.
  let who, about: [Phrase]
  let worlds: Set<World>
  let isForPairs, isForThings: Bool
  /// Whether somebody goes to the place in it, and so is not there from the start.
  let goesToPlace: Bool
  /// Whether what is asked of it has words that are drawn for the story, as the {thing} that was lost, or two heroes.
  let isBinding: Bool
  let tags: Set<String>
  let uses: Set<String>

  /// Beside its own words a page defines `who`, `about`, `fits` (worlds; `dry`: all without water and sky; `all`;
  /// `bodies`: no things), `pair`, `tags` (`night`: the story ends at night; `bed`: it begins there; `plain`: the
  /// opening says nothing of what the hero is like), `nature` and `friendnature`.
  init(_ text: String) {
    var page = Page(text)
    func options(_ name: String) -> [Phrase] {
      page.definitions.filter { $0.names == [name] }.flatMap { $0.options.map { $0[0] } }
    }
    func flags(_ name: String) -> [String] { options(name).flatMap { Array($0.literalWords) } }
    let fits = flags("fits")
    let dry: Set<World> = [.land, .air, .town]
    worlds =
      fits.contains("all")
      ? Set(World.allCases)
      : Set(fits.compactMap(World.init)).union(
        fits.contains("dry") || fits.allSatisfy { World(rawValue: $0) == nil } ? dry : [])
    isForThings = !fits.contains("bodies")
    isForPairs = !flags("pair").isEmpty
    goesToPlace = text.contains("{to place}")
    tags = Set(flags("tags"))
    (who, about) = (options("who"), options("about"))
    isBinding =
      isForPairs || (who + about).contains { !$0.slots.isSubset(of: ["he", "his"]) }
    page.definitions.removeAll { ["who", "about", "fits", "pair", "tags"].contains($0.names[0]) }
    self.page = page
    uses = Set(
      ["friend", "other"].filter { text.contains("\($0)}") || text.lowercased().contains("{\($0)") }
    )
  }
}

/// One story, or one request with the story that answers it.
struct Story {
  /// The random choices contradict one another: the story is made anew.
  struct Misfit: Error {}

  var random: Random
  let plot: Plot
  let world: World
  var hero, friend, other: Someone
  /// Of a pair: what they are together, as "sisters".
  var together: String?
  var tags: Set<String>
  /// By the names of the slots that they fill.
  var words: [String: String] = [:]
  /// Words of the page that have slots themselves.
  var phrases: [String: Phrase] = [:]
  /// What the thing in a slot looks like, by the slot's name: "red".
  var looks: [String: String] = [:]
  /// Who and what the reader knows already.
  var known: Set<String> = []
  /// In a request nothing is known, and nothing becomes it.
  var isAsking = false
  /// Words that stand for somebody in this story, and so for nobody else.
  var taken: Set<String> = []
  private(set) var text = ""
  var wordCount: Int { text.split(separator: " ").count }

  /// Draws everything that stays the same in the story, and tells it.
  ///
  /// - Parameter isAnswer: whether it answers a request. Its hero may be invented, and an opening is less likely, so
  ///   that what was asked for is told sooner.
  init(_ plot: Plot, random: Random, isAnswer: Bool) throws {
    self.random = random
    self.plot = plot
    (world, hero, friend, other, together) = Story.cast(plot, isAnswer, &self.random)
    tags = plot.tags.union([world.rawValue])
    if hero.name != nil { tags.insert("named") }
    if plot.goesToPlace { tags.insert("goes") }
    if ["girl", "boy"].contains(hero.kind) { tags.insert("child") }
    if world == .town { tags.insert("person") }
    if thingKinds.contains(hero.kind) || askedThings.contains(hero.kind) { tags.insert("thing") }
    taken = Set(
      ([hero] + (plot.uses.contains("friend") ? [friend] : [])
        + (plot.uses.contains("other") ? [other] : []))
        .flatMap { $0.kind.split(separator: " ").map(String.init).flatMap { [$0, plural($0)] } })
    try drawWords()
    try tell(withOpening: isAnswer ? 0.4 : 0.8)
  }

  // MARK: Telling

  private mutating func tell(withOpening probability: Double) throws {
    if plot.isForPairs {
      try tell(pairOpenings)
    } else if random.chance(probability) {
      if words["when"] == nil, tags.isDisjoint(with: ["night", "bed"]), random.chance(0.35) {
        try tell(dayOpenings)
        words["when"] = random.pick(thatDay)
      } else {
        try tell(openings)
      }
      if !tags.contains("plain"), random.chance(0.55) { try tell(traits) }
    }
    if words["when"] == nil { words["when"] = random.pick(times) }
    try tell(plot.page.steps)
    if random.chance(0.45) { try tell(plot.isForPairs ? pairClosings : closings) }
    if random.chance(0.06) { try append(Phrase("The end.")) }
    text = trimmed(punctuated(text.dropFirst()))
  }

  private mutating func tell(_ steps: [Step]) throws {
    for step in steps {
      switch step {
      case .branch(let branches): try tell(random.pick(branches))
      case .tell(let ways, let isOptional):
        if isOptional, random.chance(0.5) { continue }
        let fitting = ways.filter(fits)
        if fitting.isEmpty {
          if isOptional { continue }
          throw Misfit()
        }
        try append(random.pick(fitting).phrase)
        if !known.contains("hero") { throw Misfit() }
      }
    }
  }

  private mutating func tell(_ page: Page) throws { try tell(page.steps) }

  private func fits(_ way: Way) -> Bool {
    way.literals.isDisjoint(with: taken)
      && way.tags.allSatisfy {
        $0.hasPrefix("!") ? !tags.contains(String($0.dropFirst())) : tags.contains($0)
      }
  }

  private mutating func append(_ phrase: Phrase) throws {
    text += " "
    text += try filled(phrase)
  }

  mutating func filled(_ phrase: Phrase) throws -> String {
    switch phrase {
    case .text(let text): return text
    case .slot(let slot):
      let text = try filled(slot)
      return slot.isCapital ? capitalized(text) : text
    case .choice(let choices): return try filled(random.pick(choices))
    case .sequence(let parts):
      var text = ""
      for part in parts { join(try filled(part), to: &text) }
      return text
    }
  }

  /// Adds what follows. A choice may bring its own end of the sentence: "[Who is there?|Go away]!"
  private func join(_ next: String, to text: inout String) {
    let hasEnd = text.last.map { ".!?".contains($0) } ?? false
    text += hasEnd && ".!?,".contains(next.first ?? " ") ? String(next.dropFirst()) : next
  }

  // MARK: Slots

  private mutating func filled(_ slot: Slot) throws -> String {
    let word = slot.words[0]
    guard slot.words.count == 1 else { return try filled(word, slot.words[1]) }
    switch word {
    case "hero", "friend", "other": return try mention(word)
    case "both": return mentionBoth()
    case "he": return hero.gender.rawValue
    case "him": return hero.gender.him
    case "his": return hero.gender.his
    case "himself": return hero.gender.himself
    case "name":
      known.insert("hero")
      return hero.name!
    case "kind": return hero.describedKind
    case "went": return went(random.pick(movements[world]!.past))
    case "go": return random.pick(movements[world]!.present)
    case "going": return random.pick(movements[world]!.doing)
    default: return try noun(word)
    }
  }

  private mutating func filled(_ word: String, _ of: String) throws -> String {
    switch word {
    case "said", "asked":
      let voice = someone(of).voice
      return random.pick(word == "said" ? voice.said : voice.asked) + " " + (try mention(of))
    case "hello":
      let someone = someone(of)
      if let sound = sounds[someone.kind], random.chance(0.6) { return sound }
      return random.pick(someone.voice.hello)
    case "a" where of == "kind":
      known.insert("hero")
      return hero.isUnique ? "the " + hero.kind : a(hero.describedKind)
    case "a":
      let isNew = isAsking || !known.contains(of)
      return isNew ? a(try noun(of)) : "the " + (try noun(of))
    case "an": return a(try noun(of))
    case "in", "to", "the": return words["\(word) \(of)"]!
    default: preconditionFailure("{\(word) \(of)} means nothing")
    }
  }

  private func went(_ verb: String) -> String { tags.contains("thing") ? "went" : verb }

  private func someone(_ role: String) -> Someone {
    switch role {
    case "hero": hero
    case "friend": friend
    case "other": other
    default: preconditionFailure("there is no \(role)")
    }
  }

  /// "a little fox named Tom" the first time, then "Tom" or "the fox".
  private mutating func mention(_ role: String) throws -> String {
    let someone = someone(role)
    // The hero comes first.
    if role != "hero", !known.contains("hero") { throw Misfit() }
    if together != nil, role != "other" { return someone.name! }
    if isAsking { return someone.introduction }
    guard known.insert(role).inserted else {
      if let name = someone.name, random.chance(role == "hero" ? 0.85 : 0.7) { return name }
      return "the "
        + (role == "hero" && random.chance(0.08) && !someone.isUnique
          ? someone.describedKind : someone.kind)
    }
    if role == "hero", childKinds.contains(someone.kind), let name = someone.name,
      random.chance(0.3)
    {
      return name
    }
    return someone.introduction
  }

  /// "a bear and a mouse" the first time, then "the bear and the mouse" or "the two friends".
  private mutating func mentionBoth() -> String {
    let names = [hero.name, friend.name].compactMap { $0 }
    let isNew = known.isDisjoint(with: ["hero", "friend"])
    known.formUnion(["hero", "friend"])
    if let together {
      if isNew {
        return together.hasPrefix("a ")
          ? "\(together) named \(names[0]) and \(names[1])"
          : "two \(together) named \(names[0]) and \(names[1])"
      }
      let group = together.hasPrefix("a ") ? "two" : "two \(together)"
      return random.chance(0.6) ? "\(names[0]) and \(names[1])" : "the \(group)"
    }
    if isNew { return "\(hero.introduction) and \(friend.introduction)" }
    if random.chance(0.3) { return "the two friends" }
    return names.isEmpty ? "the \(hero.kind) and the \(friend.kind)" : "\(names[0]) and \(names[1])"
  }

  /// "red kite" the first time, then "kite" or "red kite".
  private mutating func noun(_ name: String) throws -> String {
    if let phrase = phrases[name] {
      if !isAsking { known.insert(name) }
      return try filled(phrase)
    }
    guard let word = words[name] else { preconditionFailure("nobody says what {\(name)} is") }
    guard let look = looks[name] else {
      if !isAsking { known.insert(name) }
      return word
    }
    if isAsking { return random.chance(0.5) ? "\(look) \(word)" : word }
    return known.insert(name).inserted || random.chance(0.2) ? "\(look) \(word)" : word
  }
}

/// In front of the one who says it, a statement ends with a comma in place of its full stop, and is said, not asked.
private func punctuated(_ text: some StringProtocol) -> String {
  let quoted = text.split(separator: "\" ", omittingEmptySubsequences: false).map { String($0) }
  var result = quoted[0]
  for part in quoted.dropFirst() {
    var next = part
    if let first = next.first, first.isLowercase, !result.hasSuffix("?") {
      if result.hasSuffix(".") { result = String(result.dropLast()) + "," }
      if next.hasPrefix("asked ") { next = "said " + String(next.dropFirst(6)) }
    }
    result += "\" " + next
  }
  return result
}
