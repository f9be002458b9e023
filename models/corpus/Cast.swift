// Who and what a story is about: everything that is drawn before it is told.

/// How one moves in each world.
let movements: [World: (past: [String], present: [String], doing: [String])] = [
  .land: (["went", "went", "walked"], ["go", "walk"], ["going", "walking"]),
  .air: (["went"], ["go"], ["going"]),
  .town: (["went", "went", "walked"], ["go", "walk"], ["going", "walking"]),
  .sea: (["swam"], ["swim"], ["swimming"]),
  .sky: (["drifted", "floated"], ["drift", "float"], ["drifting", "floating"]),
]

/// The definitions of a page that `cast` reads.
private let castWords: Set = ["hero", "friend", "other", "nature", "friendnature"]

extension Story {
  static func cast(_ plot: Plot, _ mayInvent: Bool, _ random: inout Random)
    -> (World, Someone, Someone, Someone, String?)
  {
    let weights: [(World, Int)] = [(.land, 40), (.town, 36), (.air, 10), (.sea, 9), (.sky, 8)]
    let world = random.pick(
      weights.filter { plot.worlds.contains($0.0) }.flatMap { Array(repeating: $0.0, count: $0.1) })
    if plot.isForPairs, random.chance(0.6), world == .town || world == .land {
      return siblings(world, &random)
    }
    let fixed = Dictionary(
      uniqueKeysWithValues: plot.page.definitions.filter {
        castWords.contains($0.names[0])
      }
      .map { ($0.names[0], $0.options.map { $0[0].plainText }) })
    var hero = heroKind(world, plot, mayInvent, fixed["hero"], &random)
    if let natures = fixed["nature"] { hero.nature = random.pick(natures) }
    var names: Set = [hero.name ?? ""]
    var kinds: Set = [hero.kind]
    var helpers: [Someone] = []
    for role in ["friend", "other"] {
      var someone: Someone
      repeat {
        let kind = random.pick(fixed[role] ?? companions(of: world, &random))
        someone = Someone(
          kind: kind, named: plot.isForPairs && hero.name != nil ? 1 : 0.25,
          natures: fixed[role + "nature"] ?? friendNatures,
          &random)
        if let natures = fixed[role + "nature"], someone.nature == nil {
          someone.nature = random.pick(natures)
        }
        if plot.isForPairs, hero.name == nil { someone.name = nil }
      } while kinds.contains(someone.kind) || someone.name.map(names.contains) == true
      kinds.insert(someone.kind)
      if let name = someone.name { names.insert(name) }
      helpers.append(someone)
    }
    return (world, hero, helpers[0], helpers[1], nil)
  }

  private static func heroKind(
    _ world: World, _ plot: Plot, _ mayInvent: Bool, _ fixed: [String]?, _ random: inout Random
  ) -> Someone {
    if let fixed {
      return Someone(kind: random.pick(fixed), named: 0.6, natures: heroNatures, &random)
    }
    if mayInvent, [.land, .town].contains(world), random.chance(0.55) {
      let kind = random.pick([
        inventedWord(&random), inventedWord(&random), inventedWord(&random),
        random.pick(askedBeings),
        random.pick(plot.isForThings ? askedThings : askedBeings),
      ])
      return Someone(kind: kind, named: 0.4, natures: heroNatures, mayInvent: true, &random)
    }
    let isThing = plot.isForThings && world == .land && random.chance(0.1)
    let list = (random.chance(0.25) ? rareLists : kindLists)[world]!
    // Kinds of one gender are drawn more often, so that a model learns their pronouns and names.
    let gendered = list.filter { $0.contains(":") }
    let kind =
      isThing
      ? random.pick(thingKinds)
      : random.pick(random.chance(0.2) && !gendered.isEmpty ? gendered : list)
    let isUnique = uniqueKinds.contains(kind.prefixWord)
    return Someone(
      kind: kind,
      named: isUnique ? 0 : childKinds.contains(String(kind.prefix { $0 != ":" })) ? 0.9 : 0.55,
      natures: heroNatures, mayInvent: mayInvent, &random)
  }

  private static func companions(of world: World, _ random: inout Random) -> [String] {
    switch world {
    case .sea: return kindLists[.sea]!
    case .sky:
      return kindLists[random.chance(0.6) ? .air : .sky]!.filter {
        !uniqueKinds.contains($0.prefixWord)
      }
    case .town where random.chance(0.5):
      return kindLists[.town]!.filter { !childKinds.contains($0.prefixWord) }
    default:
      if random.chance(0.15) {
        return kindLists[.town]!.filter { !childKinds.contains($0.prefixWord) }
      }
      return kindLists[random.chance(0.75) ? .land : .air]!
    }
  }

  /// Two who belong together, with names: sisters, foxes.
  private static func siblings(_ world: World, _ random: inout Random) -> (
    World, Someone, Someone, Someone, String?
  ) {
    let together: String
    let kinds: [String]
    if world == .town {
      (together, kinds) = random.pick([
        ("sisters", ["girl: she", "girl: she"]), ("brothers", ["boy: he", "boy: he"]),
        ("a brother and a sister", ["boy: he", "girl: she"]),
        ("a brother and a sister", ["boy: he", "girl: she"]),
        ("a brother and a sister", ["boy: he", "girl: she"]),
        ("a sister and a brother", ["girl: she", "boy: he"]), ("twins", ["girl: she", "boy: he"]),
        ("friends", ["boy: he", "girl: she"]), ("friends", ["girl: she", "girl: she"]),
        ("girls", ["girl: she", "girl: she"]),
        ("boys", ["boy: he", "boy: he"]), ("children", ["girl: she", "boy: he"]),
        ("friends", ["boy: he", "boy: he"]),
      ])
    } else {
      let kind = random.pick(kindLists[.land]!)
      (together, kinds) = (plural(kind.prefixWord), [kind, kind])
    }
    let hero = Someone(kind: kinds[0], named: 1, natures: heroNatures, mayInvent: true, &random)
    var friend = hero
    while friend.name == hero.name {
      friend = Someone(kind: kinds[1], named: 1, natures: heroNatures, mayInvent: true, &random)
    }
    let other = Someone(
      kind: random.pick(kindLists[.air]!), named: 0, natures: friendNatures, &random)
    return (world, hero, friend, other, together)
  }

  /// The words of the page, and those that every page may use.
  mutating func drawWords() throws {
    for definition in plot.page.definitions
    where !castWords.contains(definition.names[0]) {
      let options = definition.options
      let option = random.pick(options)
      for (name, phrase) in zip(definition.names, option) {
        if phrase.plainText.hasPrefix("@") {
          try draw(name, from: String(phrase.plainText.dropFirst()))
        } else {
          guard taken.isDisjoint(with: phrase.literalWords) else { throw Misfit() }
          phrases[name] = phrase
          words[name] = phrase.plainText
        }
      }
    }
    for (name, list) in [
      ("thing", "things"), ("food", "foods"), ("spot", "spots"), ("spot2", "spots"),
      ("spot3", "spots"),
    ]
    where words[name] == nil { try draw(name, from: list) }
    words["home"] = random.pick(homes[world]!)
    // A well by the well would be one too many.
    let told = Set(words.values.flatMap(wordsIn)).union(taken).subtracting(["the"])
    var left = places[world]!
    for name in ["place", "place2", "place3"] {
      let place = left.remove(at: random.below(left.count))
      guard told.isDisjoint(with: wordsIn(place.name)) else { throw Misfit() }
      words["in \(name)"] = place.at
      words["to \(name)"] = place.to
      words["the \(name)"] = place.name
    }
  }

  private mutating func draw(_ name: String, from list: String) throws {
    let items = lists["\(list).\(world)"] ?? lists[list]!
    let item = random.pick(items)
    guard !words.values.contains(item), taken.isDisjoint(with: wordsIn(item)) else {
      throw Misfit()
    }
    words[name] = item
    if listsOfThings.contains(list), random.chance(0.5) {
      looks[name] = random.pick(lists["looks"]!)
    }
  }
}

// MARK: Someone

extension Someone {
  /// - Parameters:
  ///   - kind: "fox", or with its pronoun "king: he".
  ///   - named: the share of those with a name; of a kind of one gender at least 0.6, unless it is 0.
  ///   - mayInvent: whether the name may be one that nobody has heard before.
  init(
    kind: String, named: Double, natures: [String], mayInvent: Bool = false, _ random: inout Random
  ) {
    self.kind = kind.prefixWord
    let fixed = kind.hasSuffix(": she") ? Gender.she : kind.hasSuffix(": he") ? .he : nil
    gender = fixed ?? (random.chance(0.5) ? .she : .he)
    let known = gender == .she ? girls : boys
    // Kinds of one gender are named more often, so that a model learns which names are for which gender.
    let isNamedOften = fixed != nil && named > 0 && !uniqueKinds.contains(self.kind)
    let named = isNamedOften ? max(named, 0.6) : named
    name =
      random.chance(named)
      ? mayInvent && random.chance(0.5) ? inventedName(gender, &random) : random.pick(known) : nil
    let isYoung = youngKinds.contains(self.kind)
    let nature = random.pick(
      natures.filter {
        !(isYoung && ["old", "wise"].contains($0))
          && !(bigKinds.contains(self.kind) && ["little", "small", "tiny"].contains($0))
          && !(oldKinds.contains(self.kind) && ["young", "little", "tiny"].contains($0))
      })
    self.nature = random.chance(0.65) && !uniqueKinds.contains(self.kind) ? nature : nil
  }
}

private let starts = list(
  "b, bl, br, ch, cl, d, dr, f, fl, fr, g, gl, gr, h, j, k, kl, kr, l, m, n, p, pl, pr, qu, r, s, sc, sl, sm, sn, sp, squ, st, t, th, tr, tw, v, w, y, z"
)
private let vowels = list("a, e, i, o, u")
private let middles = list("a, e, i, o, u, oo, ee, ai")
private let singles = list("b, d, g, k, l, m, n, r, t")
private let joints = list(
  "b, bb, d, dd, g, j, k, l, lb, ld, lf, ll, lm, lv, m, mb, mm, n, nd, nn, nt, nz, p, pp, r, rd, rk, rl, rr, rt, sh, sk, st, t, th, tt, v, x, z, zz"
)
private let ends = list(
  "b, bble, ck, ddle, ff, g, ggle, ll, mp, mble, n, nk, p, pper, rf, rk, rp, sh, t, x, zz, zzle, nter, mmer, bbit, rine, ster, lope"
)
private let herEnds = list("a, a, a, a, i, e, y, ia, in, ette, ella, ild, une, ira")
private let hisEnds = list("o, o, o, u, i, y, an, en, in, us, el, ard, ert, old, ik, ago, ax")

/// "a blorp", "a twizzle", "a grumblewump": from these a model learns to take a word as it stands in the request.
func inventedWord(_ random: inout Random) -> String {
  var word = random.chance(0.12) ? "" : random.pick(starts)
  if random.chance(0.2) { word += random.pick(middles) + random.pick(ends) + random.pick(starts) }
  if random.chance(0.35) { word += random.pick(middles) + random.pick(joints) }
  if random.chance(0.2) { word += random.pick(middles) + random.pick(singles) }
  return word + random.pick(middles) + random.pick(ends)
}

/// "Zuki", "Tamo": as the names of the whole world go.
func inventedName(_ gender: Gender, _ random: inout Random) -> String {
  while true {
    var name = random.chance(0.15) ? "" : random.pick(starts)
    name += random.pick(vowels) + random.pick(joints)
    if random.chance(0.3) { name += random.pick(vowels) + random.pick(singles) }
    name = capitalized(name + random.pick(gender == .she ? herEnds : hisEnds))
    if !girls.contains(name), !boys.contains(name) { return name }
  }
}

/// "two mice"
func plural(_ kind: String) -> String {
  let special = [
    "mouse": "mice", "goose": "geese", "wolf": "wolves", "sheep": "sheep", "deer": "deer",
    "moose": "moose", "fish": "fish", "puppy": "puppies", "pony": "ponies", "donkey": "donkeys",
    "fox": "foxes", "monkey": "monkeys",
  ]
  return special[kind] ?? kind + "s"
}

let kindLists = kinds.mapValues(list)
let rareLists = rareKinds.mapValues(list)

/// The kinds of heroes in stories without a request.
let toldKinds = [kindLists, rareLists].flatMap { $0.values.joined() }.reduce(
  into: Set(thingKinds + pageKinds)
) {
  $0.insert($1.prefixWord)
}
/// Heroes that only a page names.
private let pageKinds = plots.flatMap {
  $0.page.definitions.filter { $0.names == ["hero"] }.flatMap {
    $0.options.map { $0[0].plainText.prefixWord }
  }
}

extension StringProtocol {
  /// "king" of "king: he"
  var prefixWord: String { String(prefix { $0 != ":" }) }
}

extension Phrase {
  /// A template without slots and choices, as it stands.
  var plainText: String { if case .text(let text) = self { text } else { "" } }
}
