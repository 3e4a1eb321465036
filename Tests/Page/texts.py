"""Every text that the page asks for is there, in every language."""

import re

from server import ROOT

PAGE = ROOT / "Sources/CWebFiles/page/js"
FORMS = (".one", ".other")


def table(language):
    """The keys of a language's texts, and the names in braces that each has."""
    source = (PAGE / f"core/strings.{language}.js").read_text()
    entries = re.findall(r'"([\w.-]+)":\s*((?:"[^"]*"(?:\s*\+\s*)?)+)', source)
    return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in entries}


def asked():
    """The keys that the modules name: whole ones, and the beginnings of those that are put together."""
    whole, beginnings = set(), set()
    for path in PAGE.rglob("*.js"):
        source = path.read_text()
        whole |= set(re.findall(r'\bt(?:Or)?\(\s*"([^"]+)"', source))
        whole |= {key for pair in re.findall(r'\bt\([^"`]*\? "([^"]+)" : "([^"]+)"', source) for key in pair}
        beginnings |= set(re.findall(r"\bt(?:Or)?\(\s*`([^`$]+)\$\{", source))
    return whole, beginnings


def problems():
    """What is wrong, in sentences."""
    everything = "\n".join(path.read_text() for path in PAGE.rglob("*.js") if "strings." not in path.name)
    english, german = table("en"), table("de")
    found = [f"German lacks {key}" for key in english.keys() - german.keys()]
    found += [f"English lacks {key}" for key in german.keys() - english.keys()]
    found += [f"{key} has other names in German" for key in english.keys() & german.keys() if english[key] != german[key]]
    whole, beginnings = asked()
    found += [f"there is no text {key}" for key in whole if key not in english and key + ".other" not in english]
    found += [f"there is no text that begins with {start}" for start in beginnings if not any(key.startswith(start) for key in english)]
    for key in english:
        stem = key.removesuffix(".one").removesuffix(".other")
        named = any(f'"{name}"' in everything for name in (key, stem))
        if not named and not any(key.startswith(start) for start in beginnings):
            found.append(f"nobody asks for {key}")
    return sorted(found)
