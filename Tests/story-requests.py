"""Sends the shipped model forty requests of ten kinds and prints its answers, to be read by somebody.

    python3 Tests/story-requests.py [seed]        needs ./run

Behind each request stands what must occur in the answer; "missed" in front of one says that it does not. That is only the
part that a program can see: whether the story is about it, a reader decides. The corpus has the penguin, the moon and the
submarine seldom, and the wolverine, the toaster and most of the invented subjects and of the names never. Python 3 with its standard
library.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# How an answer may begin: models/corpus/Requests.swift.
ANSWERING = re.search(r'answering = lines\(\s*"""\n([^"]*)"""', open(os.path.join(ROOT, "models/corpus/Requests.swift")).read())[1]
TAKEN_UP = "^(" + "|".join(re.escape(line.strip()).replace(r"\{x\}", "[^.?!]*") for line in ANSWERING.strip().split("\n")) + ") "
# Each request, with the words, as patterns, that all must be found.
REQUESTS = {
    "a kind": [("Tell me a story about a fox", ["fox"]), ("Tell me a story about a robot", ["robot"]),
               ("A story about a queen, please", ["queen"]), ("Write a story about an octopus", ["octopus"])],
    "a name": [("Tell me a story about a girl named Lily", ["Lily", "she|her"]), ("Tell me a story about my cat Tom", ["Tom", "cat"]),
               ("Tell me a story about a dragon named Brunhild", ["Brunhild", "dragon"]),
               ("Write a story about a boy called Santiago", ["Santiago", "he|his"])],
    "two heroes": [("Tell me a story about two sisters", ["sisters|girls"]), ("Tell me a story about a bear and a mouse", ["bear", "mouse"]),
                   ("Tell me a story about two friends named Ben and Mia", ["Ben", "Mia"]),
                   ("Tell me a story about a brother and a sister", ["brother", "sister"])],
    "who lost": [("Tell me a story about an elephant who lost his hat", ["elephant", "hat"]),
                 ("Tell me a story about a girl who lost her red ball", ["ball", "girl|she"]),
                 ("Tell me a story about a pirate who lost his trumpet", ["pirate", "trumpet"]),
                 ("Tell me a story about a lost umbrella", ["umbrella"])],
    "who is afraid": [("Tell me a story about a lion who is afraid of mice", ["lion", "afraid", "mice|mouse"]),
                      ("Tell me a story about a boy who is afraid of the dark", ["dark", "boy|he"]),
                      ("Tell me a story about a duck who is afraid of water", ["duck", "afraid", "water"]),
                      ("Tell me a story about a wolf who was afraid of thunder", ["wolf", "thunder|storm"])],
    "rare or unknown": [("Tell me a story about a penguin", ["penguin"]), ("Tell me a story about the moon", ["moon"]),
                ("Tell me a story about a submarine", ["submarine"]), ("Tell me a story about a wolverine", ["wolverine"]),
                ],
    "invented": [("Tell me a story about a snorkelump", ["snorkelump"]), ("Tell me a story about a flibb named Azzo", ["flibb", "Azzo"]),
                 ("Tell me a story about Grumbo the toaster", ["Grumbo", "toaster"]), ("write a story about a zonk who cannot sleep", ["zonk", r"sleep\w*|slept|asleep"])],
    "who wants or learns": [("Tell me a story about a goat who wants to sing", ["goat", r"sing\w*|sang|sung"]),
                            ("Tell me a story about a princess who learns to juggle", ["princess", r"juggl\w*"]),
                            ("Tell me a story about a snail who wants to win a race", ["snail", r"races?|raced"]),
                            ("Tell me a story about a mouse who wants to fly", ["mouse", r"fl(?:y|ies|ew|ying)"])],
    "a theme": [("Tell me a story about sharing", [r"shar\w*|half|enough"]), ("Tell me a story about a birthday", ["birthday"]),
                ("A story about being brave", ["afraid|brave"]), ("Tell me a story about telling the truth", [r"truth|true|sorry|lie[ds]?"])],
    "a place or a thing": [("Tell me a story about a llama by the lake", ["llama", "lake"]), ("Tell me a story about a cow and a drum", ["cow", "drum"]),
                           ("Tell me a story about a king who cannot laugh", ["king", r"laugh\w*"]),
                           ("Tell me a story about a treasure map", ["map", "treasures?|gold|box|cross"])],
}

if __name__ == "__main__":
    seed = sys.argv[1] if len(sys.argv) > 1 else "1"
    met = count = 0
    for kind, requests in REQUESTS.items():
        print(f"== {kind}")
        for request, wanted in requests:
            command = [os.path.join(ROOT, "run"), os.path.join(ROOT, "models/stories.bin"),
                       "-m", "chat", "-y", "", "-t", "0.8", "-s", seed, "-i", request]
            answer = subprocess.run(command, capture_output=True, text=True, check=True,
                                    stdin=subprocess.DEVNULL).stdout
            answer = answer.replace("Assistant:", "", 1).strip().removesuffix("User:").strip()
            # What only takes up the request is not yet a story about it.
            story = re.sub(TAKEN_UP, "", answer)
            missing = [w for w in wanted if not re.search(rf"\b(?:{w})\b", story)]
            count += 1
            met += not missing
            print(f"\n{'missed ' + str(missing) + ': ' if missing else ''}{request}\n    {answer}")
        print()
    print(f"{met} of {count} requests have in their answers what a program can look for")
