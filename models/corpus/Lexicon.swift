// The words of the stories. A kind or a name may say its pronoun behind a colon.

enum Gender: String {
  case she, he

  var him: String { self == .she ? "her" : "him" }
  var his: String { self == .she ? "her" : "his" }
  var himself: String { self == .she ? "herself" : "himself" }
}

/// Where a hero lives decides how it moves, where it goes and what it meets.
enum World: String, CaseIterable {
  case land, air, town, sea, sky
}

// MARK: Names

let girls = list(
  """
  Lily, Mia, Anna, Emma, Lucy, Rose, Ruby, Zoe, Ella, Nora, Clara, Daisy, Ivy, Jane, Molly, Sara, Tina, Bella, Amy, Eva,
  Grace, Hazel, Kate, Lena, Maya, Nina, Olive, Penny, Pia, Rita, Sally, Sophie, Stella, Tess, Violet, Wendy, Alice,
  Betty, Dora, Fiona, Gina, Holly, Iris, Kim, Luna, Mary, Poppy, Susie, Ada, Aisha, Amina, Bea, Carmen, Chloe, Ellen,
  Elsa, Esther, Fatima, Flora, Frida, Greta, Hana, Heidi, Ines, Ingrid, Jasmine, Julia, Lara, Layla, Leila, Lola, Maria,
  Martha, Matilda, Mei, Mila, Mina, Nadia, Nala, Noor, Olga, Priya, Rosa, Ruth, Sana, Selma, Tilda, Vera, Yuki, Zara
  """)
let boys = list(
  """
  Tom, Ben, Max, Sam, Tim, Jack, Leo, Finn, Oscar, Hugo, Billy, Bob, Charlie, Danny, Eddie, Felix, Fred, George, Harry,
  Henry, Jake, Jim, Joe, John, Kevin, Lucas, Mike, Milo, Nick, Noah, Oliver, Otto, Paul, Peter, Pip, Ralph, Rex, Roy,
  Theo, Toby, Walter, Adam, Alex, Bruno, Carl, David, Evan, Gus, Ahmed, Ali, Anton, Arthur, Bilal, Boris, Cosmo, Dario,
  Diego, Elias, Emil, Enzo, Erik, Hans, Hassan, Ian, Igor, Ivan, Jamal, Jonas, Juan, Karim, Kenji, Luis, Marco, Mateo,
  Mohammed, Nico, Nils, Omar, Pablo, Pedro, Rafi, Ravi, Ricardo, Samir, Simon, Stan, Sven, Tariq, Tomas, Viktor, Yusuf
  """)

// MARK: Kinds

/// The kinds that a story may be about, often, and those that come seldom: from them a model learns to
/// take the name of its hero from the request.
let kinds: [World: String] = [
  .land: """
  fox, bear, rabbit, mouse, squirrel, hedgehog, deer, wolf, badger, otter, beaver, mole, raccoon, cat, dog, kitten, puppy,
  pony, horse, cow: she, pig, sheep, goat, lamb, donkey, hamster, lion: he, tiger, elephant, monkey, giraffe, zebra,
  hippo, rhino, panda, koala, kangaroo, camel, frog, toad, lizard, snail, turtle, ant, spider, snake, cricket, skunk,
  moose, llama, chipmunk, dragon, unicorn, robot
  """,
  .air: """
  owl, duck, goose, hen: she, sparrow, robin, crow, parrot, swan, eagle, pigeon, peacock: he, bee, butterfly, ladybug,
  bat, rooster: he, magpie, swallow
  """,
  .town: """
  girl: she, boy: he, girl: she, boy: he, girl: she, boy: he, girl: she, boy: he, farmer, baker, king: he, queen: she,
  princess: she, prince: he, knight, fisherman: he, grandmother: she, grandfather: he, teacher, gardener, painter,
  sailor, wizard: he, fairy: she, giant: he, pirate, doctor, shepherd, tailor, elf, cook, clown, witch: she
  """,
  .sea: """
  fish, whale, dolphin, octopus, crab, seal, shark, starfish, seahorse, lobster, mermaid: she, jellyfish, sea turtle
  """,
  .sky: "moon: she, sun: he, star, cloud, wind: he, rainbow: she, comet",
]

let rareKinds: [World: String] = [
  .land: """
  penguin, polar bear, walrus, armadillo, anteater, sloth, lemur, meerkat, hyena, cheetah, leopard, jaguar, bison, yak,
  buffalo, gorilla, chimpanzee, baboon, porcupine, platypus, wombat, opossum, weasel, ferret, mongoose, gecko, iguana,
  chameleon, crocodile, alligator, tortoise, salamander, newt, worm, caterpillar, beetle, grasshopper, scorpion,
  centipede, reindeer, antelope, gazelle, ox: he, bull: he, mule, guinea pig, gerbil, rat, vole, shrew, marmot, dinosaur,
  mammoth, troll, goblin, gnome, dwarf: he, ghost, monster, scarecrow, snowman: he, teddy bear, rag doll: she,
  tin soldier: he, puppet
  """,
  .air: """
  ostrich, flamingo, pelican, stork, heron, crane, seagull, puffin, woodpecker, kingfisher, cuckoo, raven, falcon, hawk,
  vulture, turkey, finch, wren, blackbird, nightingale, hummingbird, toucan, cockatoo, dragonfly, moth, firefly, wasp,
  mosquito, chick, duckling
  """,
  .town: """
  postman: he, policeman: he, fireman: he, nurse, dentist, farmer's daughter: she, miller, blacksmith, carpenter,
  clockmaker, shoemaker, weaver, potter, hunter, juggler, acrobat, musician, poet, dancer, librarian, astronaut, pilot,
  captain, inventor, scientist, detective, magician, chimney sweep, lighthouse keeper, mayor, soldier, viking, ninja,
  cowboy: he, explorer, beekeeper, milkman: he, street sweeper, duchess: she, emperor: he
  """,
  .sea: """
  squid, eel, shrimp, clam, oyster, snail, sea lion, manta ray, swordfish,
  goldfish, salmon, trout, tadpole, narwhal, sea monster, submarine
  """,
  .sky:
    "north wind: he, evening star: she, thundercloud, raincloud, snow cloud, planet, sunbeam, moonbeam: she, full moon: she",
]

/// Things that are heroes.
let thingKinds = list(
  """
  tractor, train, fire engine, bus, car, truck, tram, bicycle, wheelbarrow, teapot, lantern,
  candle, clock, umbrella, kettle, spoon, button, shoe, boot, sock, hat, pillow, chair, broom, bell, drum, piano, violin,
  trumpet, book, pencil, snowflake, raindrop, leaf, acorn, pumpkin, potato, carrot, apple, pear, tomato, onion, mushroom,
  pancake, cookie, muffin, oak tree, sunflower, daisy, cactus, stone, pebble, puddle, bridge, windmill, lighthouse, submarine, boat, ship, rocket, balloon, kite, paper plane, flying carpet, feather
  """)

/// Somebody and something that only requests name, so that a model learns to take its hero from there.
let askedBeings = list(
  """
  aardvark, albatross, alpaca, barracuda, bobcat, boa, bullfinch, canary, capybara, caribou, catfish, chinchilla, cobra,
  cockroach, condor, coyote, crayfish, dachshund, dingo, dodo, dormouse, earthworm, earwig, elk, emu, ermine, flounder,
  gibbon, gnu, greyhound, grizzly bear, groundhog, grouse, guppy, hermit crab, herring, hornet, ibex, ibis, impala, jackal,
  jackdaw, kiwi, koi, leech, lark, lynx, macaw, manatee, mink, minnow, mockingbird, muskrat, ocelot,
  okapi, orangutan, orca, osprey, oriole, partridge, pheasant, piranha, poodle, prawn, puma, python, quail,
  red panda, roadrunner, sea urchin, slug, snow leopard, stick insect, stingray, tapir, tarantula,
  termite, terrier, thrush, tree frog, tuna, turtle dove, viper, warthog, water buffalo, weevil, wild boar,
  zebra finch, android, alien, angel, astronomer, architect, athlete, barber, bus driver, butcher, butler, caveman, chef,
  cyclops, engineer, firefighter, florist, gladiator, imp, jester, leprechaun, locksmith, mailman, mechanic, merman,
  mummy, nanny, ogre, optician, plumber, police officer, ranger, samurai, sculptor, shopkeeper, skeleton, spy, student,
  surfer, taxi driver, time traveler, banker, basilisk, beagle, black cat, bluebird, bobtail, bookseller,
  bulldog, bumblebee, candle maker, centaur, chickadee, collie, conductor, court jester, cub, cygnet, diver, doorman,
  driver, drummer, dryad, ferryman, fawn, foal, footballer, gardener's son, gargoyle, genie, glowworm, goalkeeper, griffin,
  guard, herald, hobbit, innkeeper, janitor, joey, judge, kestrel, knitter, koala bear, kraken, ladybird, lawyer, minotaur,
  nymph, otter pup, parakeet, peasant, pegasus, phoenix, pianist, piglet, polecat, pterodactyl, puffer fish, rattlesnake,
  referee, repairman, sandpiper, satyr, scribe, sphinx, springbok, squire, stegosaurus, tailor's wife, terrapin, tourist,
  trombone player, trumpeter, tyrannosaurus, waitress, wallaby, watchman, whippet, wildcat, wood nymph, woodcutter, umpire, usher, vampire, vet, waiter, werewolf, yeti, zombie, zookeeper
  """)
let askedThings = list(
  """
  airplane, alarm clock, ambulance, anchor, apple tree, armchair, arrow, avocado, axe, backpack, bagel, banana, bathtub,
  bean, blender, brick, bucket, bulldozer, burger, camera, canoe, carpet, cello, cherry, coconut, coffee pot, computer,
  crayon, cucumber, cupcake, curtain, dandelion, doghouse, doorbell, doughnut, eggplant, elevator, envelope, eraser,
  escalator, excavator, fire hydrant, flashlight, footstool, fork, fridge, garden gnome, garbage truck, glove, guitar,
  haystack, helicopter, ice cube, igloo, ink pot, jigsaw puzzle, keyboard, ladle,
  lawn mower, lemon, light bulb, locomotive, lollipop, magnet, marshmallow, matchbox, microphone, microwave, mirror,
  motorbike, napkin, needle, noodle, oar, oven, paintbrush, parachute, peanut, pickle, pinecone, pizza, pocket,
  popsicle, printer, quilt, radio, radish, refrigerator, rocking chair, roller skate, rope, rubber duck,
  sandwich, saucepan, saxophone, scooter, sewing machine, snow globe, spaceship, sponge, stapler, strawberry, streetlamp,
  suitcase, surfboard, tablecloth, taxi, telephone, television, tent, thimble, toothbrush, tortilla,
  traffic light, trash can, turnip, typewriter, unicycle, vacuum cleaner, van, vase, waffle, walnut,
  washing machine, watering can, watermelon, wheel, wooden spoon, abacus, accordion, almond, apron, aquarium, bandage,
  barrel, battery, beehive, binoculars, birdhouse, bookshelf, bottle opener, broccoli, bubble, calendar, candlestick,
  cannon, catapult, cauliflower, chandelier, cheesecake, chimney, clarinet, clothespin, cloak, compost heap, corkscrew,
  croissant, crumb, cushion, deck chair, dishwasher, domino, dumpling, eggcup, fountain, fountain pen, frying pan,
  funnel, garlic, gate, ginger root, goblet, grater, hammock, harmonica, hinge, hourglass, inkwell, jam jar, jewel, jukebox,
  lampshade, laptop, ladder, lettuce, mailbox, maple tree, mop, moped, nutcracker, oboe, omelet, origami crane, padlock,
  pepper mill, pogo stick, postcard, pretzel, quill, raft, raisin, rolling pin, sailboat, screw,
  scroll, shovel, signpost, snowplow, soap bubble, sofa, spatula, steamroller, stopwatch, stove, sundial, tambourine,
  tangerine, teacup, thermometer, tricycle, tuba, tugboat, ukulele, wardrobe, weather vane, whisk, wig, willow tree, xylophone, yacht, yo-yo, zipper
  """)

/// Kinds of which there is one.
let uniqueKinds: Set = ["moon", "sun", "wind", "north wind", "evening star", "full moon"]
/// Kinds that are not old, and those that have parents at home.
let youngKinds: Set = [
  "girl", "boy", "kitten", "puppy", "lamb", "princess", "prince", "pony", "chick", "duckling",
  "tadpole",
]
/// Kinds that are never small, and those that are never young.
let bigKinds: Set = ["giant", "whale", "mammoth", "sun", "full moon"]
let oldKinds: Set = ["grandmother", "grandfather"]
/// Kinds whose names alone introduce them.
let childKinds: Set = ["girl", "boy"]

let heroNatures = list(
  """
  little, little, little, small, young, young, tiny, old, kind, friendly, clever, gentle, quiet, curious, cheerful, polite,
  dreamy, funny, big
  """)

// MARK: Voices

/// How one speaks: what one begins with, and the verbs.
struct Voice {
  let hello, said, asked: [String]
}

let plainVoice = Voice(
  hello: list("Hello!, Good morning!, Hi there!, Hello there!, Good day!, Hey!"),
  said: list("said"), asked: list("asked"))

let voices: [String: Voice] = [
  "shy": Voice(
    hello: list("Oh!, Um. Hello., Excuse me."), said: list("whispered, said"),
    asked: list("whispered, asked")),
  "old": Voice(
    hello: ["Well, well!", "Ah, my dear!", "Now, now!"],
    said: list("said"), asked: list("asked")),
  "wise": Voice(
    hello: ["Ah!", "Hm, hm.", "Listen."], said: list("said"), asked: list("asked")),
  "merry": Voice(
    hello: ["Ho ho!", "Hooray!", "Tra la la!", "Ha ha!"], said: list("said, said, called"),
    asked: list("asked")),
  "grumpy": Voice(
    hello: ["Hmph!", "What now?", "Bah!", "Oh, bother!"], said: list("grumbled, said"),
    asked: list("grumbled, asked")),
  "proud": Voice(
    hello: ["Ahem!", "Look at me!", "Aha!"], said: list("said"), asked: list("asked")),
  "busy": Voice(
    hello: ["Quick, quick!", "No time, no time!", "Hurry, hurry!"],
    said: list("said, said, called"), asked: list("asked")),
  "sleepy": Voice(
    hello: ["Yawn!", "Oh. Hello.", "Mmm."], said: list("said, said, mumbled"),
    asked: list("asked")),
  "loud": Voice(
    hello: ["HELLO!", "HEY!", "HO!"], said: list("shouted, boomed, called"),
    asked: list("shouted, boomed")),
  "tiny": Voice(
    hello: list("Hi!, Hello!, Psst!"), said: list("squeaked, said"),
    asked: list("squeaked, asked")),
  "kind": plainVoice, "young": plainVoice, "small": plainVoice, "friendly": plainVoice,
  "clever": plainVoice,
]
let friendNatures = list(
  "shy, shy, old, old, old, wise, merry, merry, grumpy, grumpy, proud, busy, sleepy, loud, tiny, kind, young, small, friendly, clever"
)

/// What some kinds say before anything else.
let sounds: [String: String] = [
  "duck": "Quack, quack!", "frog": "Ribbit!", "owl": "Hoo, hoo!", "pirate": "Ahoy!",
  "sailor": "Ahoy there!",
  "robot": "Beep, beep!", "sheep": "Baa!", "lamb": "Baa!", "cow": "Moo!", "cat": "Meow!",
  "kitten": "Mew!", "dog": "Woof!",
  "puppy": "Woof, woof!", "goat": "Meh, meh!", "bee": "Bzzz!", "pig": "Oink!", "snake": "Ssss!",
  "crow": "Caw, caw!",
  "mouse": "Squeak!", "king": "By my crown!", "dragon": "Puff, puff!", "donkey": "Hee-haw!",
  "horse": "Neigh!",
  "rooster": "Cock-a-doodle-doo!", "hen": "Cluck, cluck!", "goose": "Honk!", "lion": "Roar!",
  "bear": "Grr!",
  "wolf": "Awoo!", "whale": "Whoosh!", "seal": "Arf, arf!", "wizard": "By my beard!",
  "ghost": "Boo!", "monkey": "Ooh, ooh!",
  "turtle": "Slow down!", "cricket": "Chirp, chirp!", "crab": "Click, clack!",
  "fish": "Blub, blub!", "giant": "Fee, fi, fo!",
  "knight": "Halt!", "farmer": "Howdy!", "parrot": "Hello, hello!", "toad": "Croak!",
  "elephant": "Toot!",
]

// MARK: Places

/// Where it is, where one goes, its name.
struct Place {
  let at, to, name: String
}

let places: [World: [Place]] = {
  let land = placeList(
    """
    in the forest/into the forest/the forest, by the river/down to the river/the river, on the hill/up the hill/the hill,
    in the meadow/to the meadow/the meadow, in the garden/into the garden/the garden, by the lake/to the lake/the lake,
    at the market/to the market/the market, on the beach/down to the beach/the beach, at the farm/to the farm/the farm,
    by the bridge/to the bridge/the bridge, in the village/to the village/the village, at the mill/to the mill/the mill,
    in the orchard/into the orchard/the orchard, by the pond/to the pond/the pond, in the park/to the park/the park,
    in the field/out to the field/the field, in the valley/down into the valley/the valley,
    on the mountain/up the mountain/the mountain, by the castle/to the castle/the castle, by the well/to the well/the well,
    in the jungle/into the jungle/the jungle,
    in the desert/into the desert/the desert, at the harbor/down to the harbor/the harbor,
    by the waterfall/to the waterfall/the waterfall, at the station/to the station/the station
    """)
  return [
    .land: land, .air: land, .town: land,
    .sea: placeList(
      """
      at the reef/to the reef/the reef, in the bay/into the bay/the bay, by the sunken ship/to the sunken ship/the sunken ship,
      in the sea grass/into the sea grass/the sea grass, near the old pier/to the old pier/the old pier,
      in the blue lagoon/to the blue lagoon/the blue lagoon, by the big rocks/to the big rocks/the big rocks,
      in the dark cave/into the dark cave/the dark cave, near the island/to the island/the island,
      on the sandy bottom/down to the sandy bottom/the sandy bottom, at the harbor/into the harbor/the harbor
      """),
    .sky: placeList(
      """
      over the sea/out over the sea/the sea, over the forest/over to the forest/the forest,
      above the town/over to the town/the town, over the hills/over to the hills/the hills,
      above the snowy mountains/over to the snowy mountains/the snowy mountains, over the fields/out to the fields/the fields,
      above the river/down along the river/the river, over the desert/over to the desert/the desert
      """),
  ]
}()

private func placeList(_ text: String) -> [Place] {
  list(text).map { place in
    let parts = place.split(separator: "/").map(String.init)
    return Place(at: parts[0], to: parts[1], name: parts[2])
  }
}

let homes: [World: [String]] = {
  let land = list(
    """
    in a quiet forest, at the edge of the woods, near a blue lake, by a small river, on a green hill, on a little farm,
    in a wide valley, in a sunny meadow, near an old mill, at the foot of a mountain, not far from the sea, under an oak tree,
    in a land of green fields, behind an old barn, at the end of a long road, where the river meets the sea
    """)
  return [
    .land: land, .air: land,
    .town: list(
      """
      in a small village, in a little house by the river, in a busy town, on a little farm, in a white house on a hill,
      near an old mill, by the sea, above a bakery, at the end of a narrow street,
      in a tall house with a red door, on an island, in a house full of books
      """),
    .sea: list(
      """
      in the deep blue sea, near a bright reef, in a quiet bay, in a cave under the waves, in the warm green sea,
      near a small island, below an old lighthouse, far out in the ocean
      """),
    .sky: list(
      "high in the sky, far above the clouds, at the top of the world, over a sleepy village, high above the sea"
    ),
  ]
}()

// MARK: Things

/// Lists that a page may draw from with `@name`; where there is one for the hero's world, `name.world`, from that.
let lists: [String: [String]] = [
  "things": list(
    """
    ball, kite, key, ring, scarf, hat, boat, drum, book, music box, whistle, umbrella, button, toy train, lantern, doll,
    paintbrush, basket, marble, pocket watch, balloon, bell, blanket, sock, coin, feather, spoon, map, bucket, cup, mitten,
    crayon, flute, glove, necklace, pencil, cap, bag, spinning top, teddy bear, shoe, compass, bracelet, purse, ribbon,
    letter, wallet, trumpet, pillow, comb, backpack, slipper, boot, mirror, puppet, yo-yo, skateboard, guitar, telescope
    """),
  "things.sea": list(
    """
    pearl, shell, coin, ring, bottle, stone, bead, anchor, button, map, spoon, key, marble, bell, crown, comb, mirror, necklace
    """),
  "things.sky": list(
    "ring, bell, scarf, ribbon, lantern, crown, coat, hat, pillow, blanket, mirror"),
  "toys": list(
    "ball, kite, toy train, doll, marble, balloon, spinning top, teddy bear, puppet, yo-yo, drum, whistle, wagon, sled, swing"
  ),
  "toys.sea": list("pearl, shell, bead, marble, bell, bottle"),
  "breakables": list(
    "cup, vase, music box, mirror, plate, teapot, flute, lantern, jar, bowl, flowerpot, pocket watch, puppet"
  ),
  "instruments": list("drum, flute, trumpet, violin, guitar, whistle, bell, harp, horn, banjo"),
  "prizes": list("cup, medal, crown, cake, trophy, ribbon, basket of apples, pie"),
  "wearables": list("hat, scarf, coat, cap, sweater, mitten, sock, boot"),
  "colors": list("red, blue, green, yellow, white, purple, orange, golden"),
  "looks": list(
    "red, blue, green, yellow, white, old, new, little, bright, pretty, purple, striped"),
  "foods": list(
    "apples, berries, bread, honey cakes, cheese, carrots, nuts, pancakes, pears, cookies, plums, cherry pie, grapes"
  ),
  "foods.sea": list("sweet seaweed, sea plums, seaweed cakes, sea grapes"),
  "foods.sky": list("star cakes, cloud cakes, moon cheese"),
  "spots": list(
    """
    under a bush, behind a big rock, beside a log, in the tall grass, under a pile of leaves, behind a tree, next to a fence,
    in a hollow log, under a bench, inside a hollow tree, on top of a wall, behind the door, under the stairs,
    between two stones, in a ditch, behind a haystack
    """),
  "spots.sea": list(
    """
    under a rock, behind the coral, in the soft sand, under a green leaf, next to an old barrel, between two stones,
    behind a curtain of seaweed, in a crack in the rock
    """),
  "spots.sky": list(
    "behind a chimney, on top of a tower, on a weathercock, in the top of a tree, on a snowy peak"),
  "skills": list(
    """
    sing, dance, paint, whistle, juggle, draw, tell jokes, bake bread, play the flute, play chess, read, write, count to ten,
    skate, ski, ride a bicycle, knit, do a handstand, climb trees, fly a kite, play the drum, jump rope, tie a knot, cook soup,
    do magic tricks, walk on stilts, speak French, yodel, skip stones, bounce a ball
    """),
  "skills.sea": list(
    "sing, dance, whistle, juggle, draw, tell jokes, count to ten, dive, do a somersault, blow bubbles"
  ),
  "skills.sky": list(
    "sing, dance, whistle, draw pictures, tell jokes, count to ten, do a somersault"),
  "fears.sea": list(
    "sharks, jellyfish, big waves, loud noises, dark caves, nets, storms, ships, whales, eels, strangers, deep holes"
  ),
  "fears.sky": list(
    "thunder, lightning, loud noises, big birds, storms, strangers, ghosts, fog, high mountains, the dark"
  ),
  "fears": list(
    """
    thunder, spiders, dogs, deep water, bees, strangers, ghosts, snakes, mice, geese, big waves, high places, dark corners,
    loud noises, stairs, wasps, monsters, bats, worms, doctors, cats, cows, crabs, bridges, big crowds, elevators, clowns,
    masks, lightning, fog, wind, needles, owls, mirrors, balloons, vacuum cleaners, tunnels, wolves, witches, dragons,
    deep holes, sharks, jellyfish, whales, fire, ice, frogs, chickens, horses, bulls, robbers, tall ladders, soap, haircuts
    """),
]

/// The lists of things that have a look: a red kite.
let listsOfThings: Set = ["things", "toys", "breakables", "instruments", "wearables"]
