// Away, and home again.

let journeys = [
  // A treasure map.
  Plot(
    """
    who = who finds a treasure map | who looks for a treasure | who finds a treasure
    about = a treasure | a treasure map | a treasure hunt | an adventure
    {When}, a piece of paper fell out of an old [book|coat|wall]. {Hero} picked it up. It was a map, with a red cross!
    | "A treasure map!" cried {hero}. It had been {spot}, [all folded up|in a bottle]. [There was a red cross on it|Somebody had drawn a cross on it].
    {He} showed it to {friend}. "[I know that place|That must be far]," {said friend}. "When do we start?" "[Now|At once|After lunch]," {said hero}.
    They packed {food} and a shovel. First they {went} {to place}. Then the map said: "[Forty steps to the left|Turn at the tree with two heads]." So they turned.
    | They left before sunrise, with {food} and a shovel. "[Past {the place}, it says here|Look for {the place}]," {said hero}, with one finger on the map.
    There was a river without a bridge. [They made a raft of branches|They jumped from stone to stone]. {Friend} fell in and [came out with a frog on the head.|said, "I was hot anyway."]
    | Then they came to a dark cave. "[You first|Hold my hand]," {said friend}. Inside, bats flew. They sang, to make the cave smaller.
    ? At night they slept under the stars. "What will you do with your half?" asked {hero}. "[Buy a boat|Sleep in a soft bed]," {said friend}.
    The next day, they stood at the red cross. They dug and dug. Clonk! [An old box|A box with iron bands]! {Hero} opened it [slowly|with shaking hands].
    | Here it was, the place with the cross. {Hero} took the shovel, then {friend} took it, and so on, [down to the knees|for an hour]. Clonk, it went. A box!
    either
    In it was a letter. "You have come a long way," it said. "You crossed the water, you were not afraid, and you did it together. That is the treasure. P.S. Please put the map back for the next ones."
    They looked at each other. Then they laughed, so loud that birds flew up. "[And I really would do it again|It is even true]," {said friend}.
    or
    It was full of [seeds|toys|old books]. "[No gold|Only this]?" {said friend}. But {hero} took out one after the other, and {his} eyes grew bigger and bigger. "[This is better than gold|Gold cannot do that]," {he} said.
    They took it all home and shared it with everybody {in place2}.
    or
    It was full of gold! They threw it into the air. Then {hero} thought of the old bridge at home, and of the school without windows. "[How much gold does one need?|I need only one coin]," {he} said.
    Today there is a new bridge and a bright school. And over the door of it stands: "Found by {hero} and {friend}."
    then
    {Hero} still has the map. Now and then {he} takes it out and smiles.
    | "[Where to next|Is there another map]?" {asked friend}. {Hero} already had one in {his} pocket.
    """),

  // An island.
  Plot(
    """
    who = who sails to an island | who builds a boat | on an island | who wants to sail across the sea
    about = an island | a boat trip | the sea | a message in a bottle
    vessel = old bathtub | raft | rowboat | big barrel | sailboat | wooden box
    {Hero} wanted to see the sea from the middle. So {he} took {a vessel}, a blanket for a sail, and {food}.
    | {When}, {hero} pushed {a vessel} into the water. "[Goodbye, land|To the end of the world]!" {he} called.
    ? The waves went up, the waves went down. [The land got smaller and smaller|A fish looked at {him} in surprise]. {Hero} sang all the songs of the sea that {he} knew. There were two.
    Then a [big wave|storm] came. It turned the {vessel} around three times and threw {him} on a beach. [It was an island, as small as a garden|One palm tree, one rock, and sand].
    | In the night came [the wind|a wave like a mountain], and when {hero} opened {his} eyes, there was sand in {his} mouth. It was an island, [not bigger than a garden|with one tree].
    "[Is anybody here|Hello]?" {he} called. "{Hello friend} [I have been here for three years|Please wipe your feet]," {said friend}, and came out from behind the rock.
    {Friend} had [a house of shells|a table of driftwood], and a [coconut|stone] named Hubert to talk to. "[Hubert does not say much|Hubert is a good listener]," {said friend}.
    They ate [fish soup|coconuts] and watched the sun sink into the sea. It was [beautiful|very quiet]. "[I like it here|One could stay]," {said hero}. "[Yes|One can]," {said friend}. "But at night I think of [the smell of bread|my brother|my own street]."
    either
    So they mended the {vessel}, with a patch of palm leaves, and made a second sail. Hubert came too. For seven days they followed the [evening star|birds].
    On the eighth day, they saw [smoke|roofs|a church tower]. "[Bread|I smell bread]!" {said friend}, and cried a little, and so did {hero}.
    or
    {Hero} wrote a letter: "We are on the island. Bring bread." They put it into a bottle, and the sea took it along.
    A week passed. Then a white ship came around the rock. The captain had the letter in one hand and a loaf of bread in the other.
    then
    Back home, everybody wanted to hear it [ten times|from the beginning]. {Hero} told it well. The wave was a bit higher each time.
    | And in summer they sail back for a week, {hero}, {friend} and Hubert. "Nobody lives here but us," they say.
    """),

  // The star that fell.
  Plot(
    """
    fits = land town air
    tags = night
    who = who finds a fallen star | and a little star | who brings a star back to the sky
    about = a fallen star | a star | the night sky | stars
    when = One night | One clear night | One warm night
    {When}, something fell from the sky, with a long tail. {Hero} ran outside.
    | {Hero} could not sleep and looked out of the window. A star fell! It fell right behind the house.
    There it lay {spot}, no bigger than an apple, and it [glowed|trembled]. "[Ouch|Where am I?|I fell out of bed]," said the star.
    "[Are you hurt?|You are so bright]," {said hero}. "[I leaned out too far to see the sea|I fell asleep, and then I fell]," said the star. "[How do I get back?|I want to go home|The other stars will look for me]."
    ? {Hero} took the star into {his} hands. It was [warm like bread|as light as a feather]. "[We will find a way|Let us think]," {he} said.
    First {he} threw it up, as high as {he} could. It came down again. [Plop|Ouch]! Then {he} put it on the roof. Much too low.
    | {He} climbed on the roof and held it up, on tiptoe. [Much too low|The sky did not even notice]. {He} threw it. It came back down, [a little dizzy|plop, into the rain barrel].
    {Friend} came, because of the light. "{Hello friend} [What have you got there|Is it morning already]?" {asked friend}. "[What about the highest mountain?|I know the old giant tree]," {said friend}, when {he} had explained it.
    ? They climbed and climbed. The star lit the way. [It told them what the world looks like from above: "like a dark meadow with a few lights."|It hummed a little song that nobody had ever heard.]
    At the top they called, "[Stars|Hello, stars]! Here is your little one!" It was quiet. Then a [silver thread|moonbeam] came down, as thin as a hair. The star held on.
    | From the top, the sky was so near that one could whisper. "[Is this one of yours|Did you lose somebody]?" asked {hero}. And they let down a [silver thread|ladder of light], thin as a hair.
    "[Will I see you again?|Do not lean out so far]," {said hero}. "[Every clear night|Look up, third from the left]," said the star. And up it went.
    ? {Hero} and {friend} sat there until the sky turned [pink|gray]. [They did not say much|Their hands still glowed a little].
    [And every night, third from the left, one star blinks twice.|When {hero} waves at the sky, one star always waves back.]
    """),

  // The moon in the pond.
  Plot(
    """
    fits = land town air
    tags = night
    who = who thinks that the moon fell into the pond | who wants to save the moon | who wants to catch the moon
    about = the moon in the pond | the moon | somebody who wants to catch the moon
    tool = net | bucket | rope | fishing rod | long rake | big spoon
    when = One night | One clear night | Late one night
    {When}, {hero} came by the pond. There was the moon, down in the water! "[Help! It fell in|Hold on, I am coming]!" {he} cried.
    | "The moon is in the pond!" {Hero} ran from door to door. "[Wake up|Bring something long], all of you!"
    {Friend} [put on one shoe|came in a nightcap]. "[In the pond|That is terrible|I thought that it was rather dark]!" {said friend}.
    {Hero} fetched {a tool}. {He} lay down on the bank and reached for the moon. It [broke into a hundred pieces|ran away to all sides]! "[Now I have broken it|Oh no]!" {he} said.
    | With {a tool} in {his} hand, {hero} crept to the edge. One touch, and the moon [fell to pieces|danced away]. "[What have I done|Oh no, it broke]!" {he} cried.
    ? They waited. [Slowly the moon came together again|It grew round again]. "[Careful this time|Now all together]," {said friend}, and held {him} by the feet.
    Once more {he} reached out with the {tool}, far, farther, too far. SPLASH! {Hero} was in the pond, {friend} was in the pond, and the {tool} swam away.
    | {Hero} leaned out a little more, and a little more, and {friend} leaned too. You know how that ends. SPLASH!
    They lay on their backs in the shallow water. And there, high above them, was the moon, round and dry.
    | They came up again, with [weeds in their hair|a frog on each head], and looked at the sky. There it was, the real one, and dry as a bone.
    either
    "[We threw it back up|We did it]!" {said hero}. "[What a throw|It must have been the splash]," {said friend}. [And they went home, wet and very proud.|They shook wet hands.]
    or
    {Friend} looked up. {Friend} looked down. "There are two of them," {said friend}. "[One for above and one for us|One for the fish]." {Hero} [liked that|thought about that for a long time].
    or
    It was quiet. "[It was only its picture, was it not|It was never in there, was it]?" {said hero}. {Friend} began to laugh first. Even the frogs laughed.
    then
    ? The next night, {hero} came to the pond again. "[Just to see if all is well|I only look, I do not pull]," {he} said. And the moon in the water [winked|smiled], or it was a little wave.
    """),

  // The missed train.
  Plot(
    """
    who = who missed the train | who goes on a journey | who travels by train | who is always late
    about = a journey | a train | being late | missing the train
    goal = {his} uncle by the sea | the big city | the mountains | the great fair | the sea
    {Hero} wanted to travel to {goal}. {He} had a bag and two sandwiches. But when {he} came to the station, the train was just leaving. Toot!
    | Toot, toot! "Wait for me!" shouted {hero}. But the train did not wait. And {he} was on the way to {goal}!
    "When is the next one?" {he} asked. "Tomorrow," {said friend}, who [swept the platform|sat on a big bag]. "{Hello friend} [I missed it too|It happens to the best]."
    {Hero} sat down on {his} bag. [A whole day lost|What now]? {He} looked at the clock. [It went on ticking, as if nothing had happened.|The clock could not help it.]
    "[We could walk a bit|If you walk along the rails, you get there too]," {said friend}. "[That is far.|On foot]?" asked {hero}. "[We have all day|It is only far if you count]," {said friend}.
    So they walked. They saw things that nobody sees from a train: [a fox with three little ones|a tree full of cherries|a scarecrow with a nest in its hat], [a stone with a face|snails that had a race].
    | And off they went on foot, along the rails. From a train you see only half of it. They saw [a fox with three little ones|a tree full of cherries], and [a stone with a face|snails that had a race].
    ? At noon, a farmer took them along on a cart full of [hay|apples]. [They lay on their backs and told stories to the clouds.|"Eat as many as you like," said the farmer.]
    ? Then it rained. They sat under a bridge and shared the sandwiches. [One had cheese, one had cheese too.|"I am glad that we are not dry somewhere," {said friend}.]
    In the evening, they came around a hill. There stood the train! A cow lay on the rails, [and chewed|and nobody could move it]. All the people looked very [bored|cross].
    | Toward evening, {friend} stopped. "Is that not our train?" It was! A cow lay on the rails, [and chewed|and nobody could move it], and a hundred people looked at their watches.
    "[Good evening!|What are you doing here]?" {said hero}. Together they [talked to the cow in a friendly way|pushed and pulled], until the way was free. And so they rode the last mile, [in front, with the driver|with their feet out of the window].
    "Was the journey boring?" they asked {him} at the end. {Hero} laughed. "[I was almost too early|I would have missed it all]," {he} said.
    """),

  // A flight.
  Plot(
    """
    fits = land town
    who = who wants to fly | who learns to fly | who flies around the world | who dreams of flying
    about = flying | a flight | a dream of flying
    craft = hot-air balloon | kite as big as a house | flying machine | pair of wings | flying boat
    {Hero} wanted to fly. {He} jumped from [the wall|a chair]. {He} flapped {his} arms. Bump.
    | "Birds can do it. [Bees can do it|Even flies can do it]. Why not me?" asked {hero}, and looked up at the sky.
    "You are not made for it," {said friend}. "[You have no wings|You are too heavy|Stay on the ground, it is nice here]." But {hero} did not want to stay on the ground.
    {He} collected [old sheets|silk scarves], [rope|string] and sticks. {He} drew plans. {He} sewed at night. And one day it was ready: {a craft}!
    | From [old sheets|silk scarves] and [rope|string] {he} made something, night after night, in the barn. At last {he} opened the doors. There stood {a craft}!
    "[That will never fly|That is crazy]," {said friend}, and then, after a while: "[Is there room for two|May I come too]?" {Hero} [laughed and nodded|moved over].
    The wind came. The {craft} [shook|creaked]. And then there was no ground anymore. [They were flying|Up, up, up]! "[Do not look down|Look down]!" {said hero}.
    ? The houses were like toys. The people were like ants. A flock of geese came by. "[Is this the way south?|You are flying on our side]!" the first goose said.
    either
    Then a bird pecked a hole into the cloth. Pffff! Down they went, over [the church|the lake], and straight into a haystack. It was soft.
    or
    Then it got cold, and there were clouds everywhere, gray and wet. "[Which way is home?|I cannot see a thing]," {said friend}. Far below somebody rang a bell. They followed the sound, down and down, and landed softly.
    or
    They flew until the sun went down. They saw it go down three times, because they flew higher each time. Then they sank, slowly like a leaf, into the garden.
    then
    "[Now I know what the birds know|I have been in the sky]," {said hero}. "[And I know how nice the ground is|And I was there too]," {said friend}.
    | And if you see something odd in the sky one day, [wave|do not be afraid]. It may be {hero}.
    """),
]
