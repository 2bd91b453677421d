"""Just enough of Graphviz dot and of Mermaid to read back the plan's graph."""

import re
from typing import NamedTuple

TOKEN = re.compile(r'\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<word>[\w.]+)|(?P<mark>->|[{}\[\]=;,])|(?P<bad>\S))')


class Graph(NamedTuple):
    """Node to label, and each edge as the set of its two ends."""

    nodes: dict
    edges: set

    def named(self, assets):
        """The edges between assets: each node is the asset that its label begins with."""
        owner = {node: asset for node, label in self.nodes.items() for asset in assets if begins_with(label, asset)}
        assert sorted(owner.values()) == sorted(assets), self.nodes
        return {frozenset(owner[node] for node in edge) for edge in self.edges}


def begins_with(label, asset):
    return re.match(re.escape(asset) + r"(?![\w.-])", label) is not None


def parse_dot(text):
    """Reads `digraph NAME { … }` with quoted or plain identifiers; anything else is an AssertionError."""
    tokens = list(tokenized(text))
    assert tokens[0] == "digraph", tokens[:3]
    opening = tokens.index("{")
    assert opening <= 2, tokens[:4]
    assert tokens[-1] == "}", tokens[-3:]
    nodes, edges = {}, set()
    for statement in statements(tokens[opening + 1 : -1]):
        ends, attributes = split_attributes(statement)
        if "->" in ends:
            assert ends[1::2] == ["->"] * (len(ends) // 2), statement
            edges |= {frozenset(pair) for pair in zip(ends[:-2:2], ends[2::2], strict=True)}
        elif "=" not in ends and ends[0] not in ("node", "edge", "graph"):
            assert len(ends) == 1, statement
            nodes[ends[0]] = attributes.get("label", ends[0])
    return Graph(nodes, edges)


def tokenized(text):
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        assert match, text[position : position + 40]
        assert not match["bad"], f"unexpected `{match['bad']}` in dot"
        quoted = match["quoted"]
        yield re.sub(r"\\(.)", unescaped, quoted[1:-1]) if quoted else match["word"] or match["mark"]
        position = match.end()


def unescaped(match):
    return {"n": "\n", "l": "\n", "r": "\n"}.get(match[1], match[1])


def statements(tokens):
    """Split at `;`, as every statement of ours ends with one."""
    statement = []
    for token in tokens:
        if token != ";":
            statement.append(token)
            continue
        if statement:
            yield statement
        statement = []
    assert not statement, f"no `;` after {statement}"


def split_attributes(statement):
    if "[" not in statement:
        return statement, {}
    opening = statement.index("[")
    inside = [token for token in statement[opening + 1 : -1] if token != ","]
    assert statement[-1] == "]", statement
    assert inside[1::3] == ["="] * (len(inside) // 3), statement
    return statement[:opening], dict(zip(inside[::3], inside[2::3], strict=True))


def parse_mermaid(text):
    """Reads a flowchart whose nodes are `id["label"]` and whose edges are `a --> b`, one a line."""
    first, *lines = text.strip().splitlines()
    assert re.fullmatch(r"(flowchart|graph) (TD|TB|BT|LR|RL)", first), first
    nodes, edges = {}, set()
    for line in map(str.strip, lines):
        if node := re.fullmatch(r'(\w+)[\[({]+"([^"]*)"[\])}]+(:::\w+)?;?', line):
            nodes[node[1]] = node[2]
        elif edge := re.fullmatch(r"(\w+) -->(?:\|[^|]*\|)? (\w+);?", line):
            edges.add(frozenset((edge[1], edge[2])))
        else:
            assert re.match(r"(classDef|class|%%|style)\b|%%|$", line), f"not a line of a flowchart: {line}"
    assert all(end in nodes for edge in edges for end in edge), "an edge to a node that is not there"
    return Graph(nodes, edges)
