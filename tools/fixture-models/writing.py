"""The files beside the graphs."""

import os


def write_tokens(folder, tokens, encode=lambda token: token):
    with open(os.path.join(folder, "tokens.txt"), "w", encoding="utf-8") as file:
        file.writelines(f"{encode(token)} {number}\n" for number, token in enumerate(tokens))


def numbers_of(values):
    """A list of numbers as metadata holds it."""
    return ",".join(f"{value:.6g}" for value in values)
