// Away, and home again.

let journeys = [
  // A treasure map.
  Plot(
    """
    who = who finds a treasure map | who looks for a treasure | who finds a treasure
    about = a treasure | a treasure map | a treasure hunt | an adventure
    {When}, a piece of paper fell out of an old [book|coat|wall]. {Hero} picked it up. It was a map of a treasure, with a red cross!
    | "A treasure map!" cried {hero}. It had been {spot}, [all folded up|in a bottle]. [There was a red cross on it|In one place there was a cross].
    | {When}, {hero} found a map {spot}. There was a cross on it. "[A treasure|That must be a treasure]!" {he} said.
    {He} [showed it to|took it to] {friend}. "[When do we start|Shall we go and look]?" {asked friend}. "[Now|At once|After lunch]," {said hero}.
    | "[Treasures are always far away|I know that place]," {said friend}, when {hero} showed it around. "[Let us go|I will come with you]!"
    They packed {food} and a shovel and {went} {to place}, [and then forty steps on|and past a tree with two heads].
    | They set out with [a shovel|{food} and a shovel]. "[Past {the place}, it says here|Look for {the place}]," {said hero}, and [read the map|held the map up high].
    [Then there was|They came to] a river without a bridge. {Friend} fell in and [came out with a frog on the head.|said, "I was hot anyway."]
    | [They came to|They had to go through] a dark cave. "[You first|Hold my hand|I hear bats]," {said friend}. [They sang, to make the cave smaller.|They sang all the way.]
    | [It was far.|The way was long.] At night they slept under the stars. "[With my half, I will buy a boat|I will buy a soft bed with my half|My half is for my mother]," {said friend}.
    At last they stood at the [right place|cross]. They dug and dug. Clonk! [An old box|A box with iron bands]! {Hero} opened it [slowly|with shaking hands].
    | [Here it was|Then they found it], the place with the cross. They dug [and dug|for an hour]. [Clonk! A box|There was a box]!
    | "Here it [is|must be]!" {said friend}. They took turns with the shovel, until it hit [a chest|an old box|a box of iron].
    either
    In it was a letter. "You came [a long way|so far], and you did it together. That is the treasure," it said. "[And I would do it again|It is even true]," {said friend}[.|, and they laughed out loud.]
    or
    It was full of [seeds|toys|old books]. "[No gold|Only this]?" {said friend}. But the eyes of {hero} grew big. "[This is better than gold|Gold cannot do that]," {he} said. They shared it with everybody {in place2}.
    or
    It was full of gold! {Hero} thought of the old bridge at home. "[How much gold does one need?|I need only one coin]," {he} said. Today there is a new bridge, and on it stands: "By {hero} and {friend}."
    then
    ? {Hero} [kept the map|has the map to this day]. [Now and then|Sometimes] {he} takes it out and smiles.
    | "[Where to next|Is there another map]?" {asked friend}. {Hero} already had one in {his} [pocket|bag].
    """),

  // An island.
  Plot(
    """
    who = who sails to an island | who builds a boat | on an island | who wants to sail across the sea
    about = an island | a boat trip | the sea | a message in a bottle
    vessel = an old bathtub | a big barrel | a wooden box | an old door | a big table | an old bed
    {Hero} wanted to [see|cross|sail across] the sea. So {he} [built a boat|made a boat] out of {vessel} and a blanket.
    | {When}, {hero} built a boat. It was {vessel} with a sail. "[Goodbye, land|To the end of the world|Across the sea]!" {he} called.
    | "[I want to see the other side|I will sail across the sea]," {said hero}. {He} made a boat out of {vessel}, and [off {he} sailed|away {he} went].
    ? [The land got smaller and smaller|A fish looked at {him} in surprise|Up and down went the waves].
    Then a [big wave|storm|strong wind] came and threw {him} on a beach. It was an island, [as small as a garden|with one tree and one rock].
    | [In the night|Far out] came [the wind|a wave like a mountain], and when {hero} opened {his} eyes, {he} lay in the sand of [a small|an] island.
    | After [three|two|seven] days, {he} saw an island. [There was one tree on it|It was no bigger than a garden]. Crack! The boat broke on a rock.
    "[Is anybody here|Hello]?" {he} called. "[I have been here for three years|Please wipe your feet]," {said friend}, and came out from behind [a rock|a bush].
    | "{Hello friend} [At last, a guest|Nobody ever comes here|Who are you?]," [said a voice|somebody said]. It was {friend}, who lived there [all alone|alone].
    {Friend} had a [house of shells|table of wood] and a [coconut|stone] named Hubert to talk to. "[He is|Hubert is] a good listener," {said friend}.
    | They ate [fish soup|coconuts]. "[I like it here|It is nice here]," {said hero}. "[Yes|It is quiet]," {said friend}, "[but I miss my street|but I want to go home]."
    | {Friend} [showed {him} the whole island|shared {food} with {him}]. "[It is beautiful|It is quiet here]," {said friend}. "But at night I think of [the smell of bread|my brother|my own street]."
    either
    [So they mended the boat|Together they mended the boat|They worked on the boat for a week] with leaves. [One morning|One day], they saw [smoke|roofs|a church tower]. "Home!" {said friend}, and [cried a little|jumped for joy].
    or
    {Hero} [wrote a message|wrote a letter]: "[Please come|Bring bread]! We are on [the|an] island." They [sent it off|threw it into the sea] in a bottle. [A week later|Many days later|Soon], a [white|big] ship came and took them home.
    then
    Back home, everybody wanted to hear it [ten times|from the beginning]. {Hero} told it well. The waves [were a bit higher|grew a little] each time.
    | [And in summer|Every summer] {hero} and {friend} sail back for a week. "[Only we live here|It is our island]," they say.
    | So {hero} came home with a friend, and [with sand in {his} shoes|with a shell in {his} bag]. "[Once more|Shall we sail again]?" asked {friend}. "[Soon|Next year]!"
    """),

  // The star that fell.
  Plot(
    """
    fits = land town air
    tags = night
    who = who finds a fallen star | and a little star | who brings a star back to the sky
    about = a fallen star | a star | the night sky | stars
    when = One night | One clear night | One warm night
    {When}, something fell from the sky, with a long tail. {Hero} ran outside. [It was|There lay] a little star!
    | {Hero} could not sleep and looked [up|outside]. A [little star|star] fell! It fell [right there|very near], {spot}.
    | {When}, {hero} found a [little star|fallen star] {spot}. It was no bigger than [an apple|a nut].
    It [glowed|trembled] a little. "[Ouch! I fell out of bed|Where am I?]," said the star. "[How do I get back?|I want to go home|Please help me]."
    | "[Are you hurt?|You are so bright]," {said hero}. "[I leaned out too far|I fell asleep, and then I fell]," said the star. "[How do I get back?|Please take me home]."
    ? The star was [warm like bread|as light as a feather]. "[We will find a way|Let us think]," {said hero}.
    {He} threw it up, as high as {he} could. It [came|fell] down again. [Plop|Ouch]!
    | {He} [put it on the roof|climbed on the roof and held it up]. [Much too low|The sky did not even notice].
    | {He} called up to the sky. [The sky was too far away|Nobody up there heard {him}].
    {Friend} came, because of the light. "[What have you got there|Is it morning already]?" {asked friend}. "[What about the highest mountain?|I know a very tall tree]!"
    | "[Where does the light come from|Is it day]?" asked {friend}, who [came by|could not sleep]. "[Up on the mountain, the sky is near|From the mountain it is not so far]."
    | {Hero} took the star to {friend}. "[We must go up high|The top of the mountain is the place|You need the highest tree]," {said friend}.
    [So they|Together they] climbed [and climbed|a long way]. The star [lit the way|hummed a little song|told them about the sky].
    | All three went up, [step by step|higher and higher]. The star was [their lamp|as bright as a lamp].
    At the top they called, "[Stars|Hello, stars]! Here is your little one!" [A silver thread|A moonbeam] came down, as thin as a hair. The star held on.
    | [Up there|At the top], the sky was very near. "[Is this one of yours|Did you lose somebody]?" asked {hero}. They let down a [silver thread|ladder of light].
    | [Up there|At the top], the moon was very near. "[Come with me|Hold on to me], little one," said the moon.
    "[Will I see you again?|Do not lean out so far]," {said hero}. "[Every clear night|Look up, third from the left]," said the star. And up it went.
    | "[Thank you|I will not forget you]," [said|called] the star. {Hero} waved until it was [only a small light|back in its place].
    ? {Hero} and {friend} [sat there|stayed] until the sky turned [pink|gray].
    [Every night|On clear nights|Since then], one star [blinks twice when it sees {hero}|stands right over the home of {hero}|blinks a bit more than the others].
    | When {hero} [waves at|looks at] the sky, [one|a] star [always|often] blinks.
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
    | "[Help! The moon is in the pond|The moon fell into the pond]!" {Hero} ran from door to door. "[Wake up|Bring something long], all of you!"
    | {When}, {hero} looked into the pond. [Down there|At the bottom] lay the moon! "[It fell in|It fell down]! I must [save|catch] it!" {he} cried.
    {Friend} [put on one shoe|came in a nightcap]. "[In the pond|That is terrible|I thought that it was rather dark]!" {said friend}.
    | {Friend} came to [help|see]. "[The poor moon|It must be cold down there|What if a fish eats it]!" {said friend}.
    {Hero} fetched {a tool}, lay down and reached for the moon. It [broke into a hundred pieces|ran away to all sides]! "[Now I have broken it|Oh no]!" {he} said.
    | With {a tool} in {his} hand, {hero} [crept to|lay down at] the edge. [One touch, and the|But the] moon [fell to pieces|danced away]. "[What have I done|Oh no, it broke]!" {he} cried.
    ? They waited. [Slowly the moon came together again|It grew round again]. "[Careful this time|Now both together]," {said friend}.
    Once more {he} reached out with the {tool}, far, [farther, too far|and a bit too far]. SPLASH! [Both of them were|Now they were both] in the pond.
    | {Hero} leaned out a little more, and {friend} leaned too. [You know how that ends.|Too far!] SPLASH! [Into the water they fell.|In they went.]
    They [lay on their backs in the water|looked up]. And there, high above them, was the moon, [round and dry|as if nothing had happened].
    | They came up again, with [weeds in their hair|a frog on each head]. In the sky was the moon, [round and bright|dry as a bone].
    | "[Look up|Look, there]!" {said friend}. [High in the sky|Over the trees], the moon [was back|smiled down at them].
    either
    "[We threw it back up|We did it]!" {said hero}. "[What a throw|It must have been the splash]," {said friend}. [And they went home, wet and very proud.|They shook wet hands.]
    or
    {Friend} looked up. {Friend} looked down. "There are two of them," {said friend}. "[One for above and one for us|One for the fish]." {Hero} [liked that|thought about that].
    or
    [It was quiet|They sat in the grass]. "[It was only its picture, was it not|It was never in there, was it]?" {said hero}. {Friend} began to laugh first. Even the frogs laughed.
    then
    ? The next night, {hero} [came back|went back to the pond]. "[I only look|I only want to see it]," {he} said. The moon [winked|smiled].
    """),

  // The missed train.
  Plot(
    """
    who = who missed the train | who goes on a journey | who travels by train | who is always late
    about = a journey | a train | being late | missing the train
    goal = {his} uncle by the sea | the big city | the mountains | the great fair | the sea
    {Hero} was always late. {He} wanted to travel to {goal}, but when {he} came to the station, the train [was just leaving|had just left]. Toot!
    | Toot, toot! "[Wait for me|Stop, stop]!" shouted {hero}, who was late, as always. But the train [did not wait|was off]. And {he} wanted to go to {goal}!
    | {When}, {hero} wanted to go to {goal}. [But {he} slept too long|But first {he} looked for a sock]. {He} was late, as always. The train was gone!
    "When is the next [one|train]?" {he} asked. "Tomorrow," {said friend}, who [swept the platform|sat on a big bag].
    | {Friend} [had missed it too|came too late as well]. There was [no other train|not one more train] that day.
    "[Let us walk|If we walk along the rails, we get there too]," {said friend}. "[All that way|On foot]?" asked {hero}. "[We have all day|It is only far if you count]."
    | "[I will not wait|I cannot wait so long]," {said hero}. "[Then we walk|Let us walk]," {said friend}. [And off they went|So they walked] along the rails.
    They saw [what nobody sees from a train|a lot]: [a fox with three little ones|a tree full of cherries|a scarecrow with a nest in its hat], and [a stone with a face|a race of snails].
    | [On the way|After a mile] they found [a tree full of cherries|a stone with a face], and [they saw a race of snails|a fox looked at them].
    ? [A farmer took them along on a cart full of hay.|They told stories to the clouds.|They sang all the songs that they knew.]
    | Then it rained. They sat under a bridge and shared {food}.
    [Toward|In the] evening, they [came around a hill|heard a toot]. There stood the train! A cow [lay|sat] on the rails[, and chewed|].
    | "[Look, there is our train!|Is that not our train?]" {said friend}. [A cow was|A cow stood|A big cow lay] on the rails, and nobody could move it.
    Together they [talked to the cow|pushed and pulled], until the way was free. [And so|Then] they rode the last mile [with the driver|in front].
    | {Hero} [gave the cow some grass|sang for the cow|talked to the cow], and it [got up|went away]. "[Come in|Get in]!" [called the driver|everybody called]. They rode the [last mile|rest] by train.
    "[Was the journey boring|Did the train come late]?" they asked {him} at the end. "[Oh no|Not at all]! [I was almost too early|I saw so much]," {said hero}.
    | So {hero} was late, but [not too late|only a little]. And {he} had [a new friend|so much to tell].
    """),

  // A flight.
  Plot(
    """
    fits = land town
    who = who wants to fly | who learns to fly | who wants to fly like a bird | who dreams of flying
    about = flying | a flight | a dream of flying
    craft = hot-air balloon | kite as big as a house | flying machine | pair of wings | flying boat
    {Hero} wanted to fly. {He} jumped from [the wall|a chair|a box] and [flapped {his} arms|held on to an umbrella]. Bump.
    | "[Clouds can do it. Leaves|Even old leaves|Paper and feathers] can do it. Why not me?" asked {hero}, and looked up at the sky.
    | Every night {hero} dreamed of flying. {When}, {he} said, "[Now I will do it|Today I start]. [I want to fly|I will learn to fly]!"
    "[You have no wings|You are too heavy|Stay on the ground, it is nice here]," {said friend}. But {hero} [did not want to stay on the ground|did not listen].
    | "[You will never fly|Only birds can fly|What a silly idea]," {said friend}. "[Wait and see|We will see]," {said hero}.
    {He} collected [old sheets|silk scarves], [rope|string] and sticks. [{He} worked at night|{He} drew plans]. And one day it was ready: {a craft}!
    | From [old sheets|silk scarves] and [rope|string] {he} made something [in the barn|behind the house], [night after night|for many days]. It was {a craft}!
    "[That will never fly|That is crazy]," {said friend}, and then: "[Is there room for two|May I come too]?" {Hero} [laughed and nodded|moved over].
    | "[Will it hold two|Can I come with you]?" asked {friend}. "[Hold on to me|Yes, hold on]," {said hero}.
    The wind came. The {craft} [shook|creaked]. [Then there was no ground anymore|And up they went|And then they were in the air]! "[Do not look down|Look down|We are flying]!" {said hero}.
    | One, two, three, and [they flew|up they went|the ground was gone]! They flew over [the roofs|the trees], [and then over the clouds|and higher than the birds].
    ? [The houses were like toys.|The people were like ants.] A goose came by. "[Is this the way south?|You are on our side]!" it said.
    either
    Then a bird pecked a hole into the cloth. [Pffff|Oh no]! Down they went, [over the church|over the lake|faster and faster], and straight into a haystack. [It was soft|What luck].
    or
    Then it got cold, and there were [gray|wet] clouds everywhere. "[Which way is home?|I cannot see a thing]," {said friend}. Far below somebody rang a bell. They followed the sound [down|home] and landed softly.
    or
    They flew [until the sun went down|all day long]. Then they sank, slowly like a leaf, [into the garden|into the grass].
    then
    "[Now I know what the birds know|I have been in the sky]," {said hero}. "[And I know how nice the ground is|And I was there too]," {said friend}.
    | [If you see something odd in the sky|And if something flies over your house] one day, [wave|do not be afraid]. It may be {hero}.
    | "[Again|Shall we fly again]?" {asked friend}. "[Tomorrow|As soon as the wind comes]," {said hero}, and [laughed|looked up at the sky].
    """),
]
