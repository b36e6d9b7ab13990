"""YAML that people write (codebooks, packs), read safely, with the line of every entry for error messages."""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from caselight.errors import DefinitionError

# A definition written by a person has no use for anchors; 64 leaves room for a generator's, and stops the
# "billion laughs" file, whose nine levels need 10^9 expansions.
MAX_ALIASES = 64
# Where YAML may see an alias: before the asterisk stands nothing, white space, a bracket, a comma, a colon or a dash.
_PERHAPS_ALIAS = re.compile(r"\*(?<![^\s\[{(,:?-]\*)")
Key = tuple[str | int, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's is 10 times faster, and not in every build
_TEXT = "tag:yaml.org,2002:str"
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_SCALARS = yaml.SafeLoader("")


class Definition(NamedTuple):
    """Parsed YAML (dicts, lists, str, int, float, bool, None) that knows the line of each of its entries."""

    file: str
    data: Any
    lines: dict[Key, int]  # path of keys and list positions -> line, from 1

    def line(self, *key: str | int) -> int:
        """Line of the entry, or of its nearest enclosing one."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def error(self, message: str, *key: str | int) -> DefinitionError:
        """The error to raise about the entry at `key`; its message begins with FILE:LINE."""
        return DefinitionError(f"{self.file}:{self.line(*key)}: {message}")


def parse(text: str, file: str) -> Definition:
    """The YAML of `text`.

    Raises:
        DefinitionError: not YAML, a duplicate key, a tag, or more than MAX_ALIASES aliases.
    """
    try:
        # Most asterisks stand in patterns. Only where more than the limit could be aliases are those counted.
        events = yaml.parse(text, _LOADER) if len(_PERHAPS_ALIAS.findall(text)) > MAX_ALIASES else ()
        aliases = sum(isinstance(event, yaml.AliasEvent) for event in events)
        root = yaml.compose(text, _LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = error.problem or error.context or "not YAML"
        raise DefinitionError(f"{file}:{line}: this is not valid YAML: {what}. Check indentation and quotes.") from None
    except yaml.YAMLError as error:
        raise DefinitionError(f"{file}:1: this is not valid YAML: {error}") from None
    if aliases > MAX_ALIASES:
        allowed = f"{MAX_ALIASES} are allowed. Write the entries out."
        raise DefinitionError(f"{file}:1: {aliases} YAML aliases (*name); {allowed}")
    lines: dict[Key, int] = {}
    data = _build(root, (), lines, file) if root is not None else None
    return Definition(file, data, lines)


def load(path: Path) -> Definition:
    """The YAML file at `path` (UTF-8).

    Raises:
        DefinitionError: as `parse`, or the file cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise DefinitionError(f"{path}:1: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}:1: is not UTF-8 (byte {error.start}). Save the file as UTF-8.") from None
    return parse(text, str(path))


def _build(node: yaml.Node, key: Key, lines: dict[Key, int], file: str) -> Any:
    lines[key] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return node.value if node.tag == _TEXT else _scalar(node, file)
    if node.tag not in _PLAIN_TAGS:
        raise _foreign(node, file)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, key, lines, file)
    return [_build(child, (*key, i), lines, file) for i, child in enumerate(node.value)]


def _scalar(node: yaml.ScalarNode, file: str) -> Any:
    try:
        return _SCALARS.construct_object(node)
    except yaml.YAMLError:
        raise _foreign(node, file) from None


def _foreign(node: yaml.Node, file: str) -> DefinitionError:
    line = node.start_mark.line + 1
    return DefinitionError(f"{file}:{line}: {node.tag} is not allowed here. Use plain text or a number.")


def _mapping(node: yaml.MappingNode, key: Key, lines: dict[Key, int], file: str) -> dict[Hashable, Any]:
    result: dict[Hashable, Any] = {}
    for name_node, child in node.value:
        name = str(name_node.value) if isinstance(name_node, yaml.ScalarNode) else ""
        line = name_node.start_mark.line + 1
        if not isinstance(name_node, yaml.ScalarNode):
            raise DefinitionError(f"{file}:{line}: a name is expected before the colon.")
        if name in result:
            raise DefinitionError(f"{file}:{line}: {name!r} stands here twice; the second would hide the first.")
        result[name] = _build(child, (*key, name), lines, file)
        lines[(*key, name)] = line
    return result
