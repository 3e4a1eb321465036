"""What is said in the training: sentences of a small vocabulary, and the word pieces that they are spelled with."""

import random

DIGITS = "zero one two three four five six seven eight nine".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
COMMANDS = ("start stop pause play open close save delete record cancel repeat move go come call send read write find search "
            "show hide copy paste print help wait listen").split()
SUBJECTS = ["i", "we", "he", "she", "they", "the teacher", "the doctor", "the team", "my dog", "your cat", "the speaker", "the agent"]
VERBS = [f"{may} {do}" for may in ("will", "can") for do in
         "start stop open close save delete record cancel repeat find send read write show copy print call move".split()]
OBJECTS = ("meeting project report budget summary transcript question answer door window light music song letter book paper "
           "table car house computer phone garden kitchen message password extension number sentence word").split()
ADJECTIVES = "red green blue black white good new old first last".split()
TIMES = ["today", "tomorrow", "now", "on monday", "on tuesday", "on wednesday", "on thursday", "on friday", "this morning",
         "this week", "next month", "last year", "again"]
OTHERS = ("hello goodbye please thank you okay yes no not here there when what where who how speaker voice water mountain school "
          "hundred thousand").split()
WORDS = sorted({word for words in (DIGITS, TENS, TEENS, COMMANDS, OBJECTS, ADJECTIVES, OTHERS, *map(str.split, SUBJECTS),
                                   *map(str.split, VERBS), *map(str.split, TIMES)) for word in words})


def sentence(chance):
    kind = chance.random()
    if kind < 0.25:
        return " ".join(chance.choice(DIGITS) for _ in range(chance.randint(1, 8)))
    if kind < 0.35:
        return f"{chance.choice(TENS)} {chance.choice(DIGITS[1:])}"
    if kind < 0.6:
        return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 7)))
    if kind < 0.7:
        return f"please {chance.choice(COMMANDS)} the {chance.choice(OBJECTS)}"
    adjective = chance.choice(ADJECTIVES) + " " if chance.random() < 0.4 else ""
    time = " " + chance.choice(TIMES) if chance.random() < 0.6 else ""
    article = chance.choice(["the", "my", "your", "this"])
    return f"{chance.choice(SUBJECTS)} {chance.choice(VERBS)} {article} {adjective}{chance.choice(OBJECTS)}{time}"


class Pieces:
    """Spells words with the pieces of a token list, which stand in the order in which they were merged."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.all = [line.rsplit(" ", 1)[0] for line in file]
        self.number = {piece: index for index, piece in enumerate(self.all)}
        self.spelled = {}

    def encode(self, text):
        return [self.number[piece] for word in text.split() for piece in self.spell(word)]

    def spell(self, word):
        if word not in self.spelled:
            parts = ["\u2581" + word[0], *word[1:]]
            while len(parts) > 1:
                pairs = [(self.number.get(a + b, len(self.all)), place) for place, (a, b) in enumerate(zip(parts, parts[1:]))]
                rank, place = min(pairs)
                if rank == len(self.all):
                    break
                parts[place:place + 2] = [parts[place] + parts[place + 1]]
            self.spelled[word] = parts
        return self.spelled[word]


if __name__ == "__main__":
    for number in range(10):
        print(sentence(random.Random(number)))
