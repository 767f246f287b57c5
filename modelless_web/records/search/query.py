"""The query language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operator:
    example: str
    help: str


@dataclass(frozen=True, slots=True)
class Term:
    text: str

    @property
    def label(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Query:
    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(term.text for term in self.terms)

    @property
    def has_words(self) -> bool:
        return any(":" not in term.text for term in self.terms)

    def without(self, term: Term) -> "Query":
        return Query(tuple(one for one in self.terms if one != term))

    def with_term(self, text: str) -> "Query":
        return Query((*self.terms, Term(text)))


OPERATORS: tuple[Operator, ...] = ()


def parse(text: str) -> Query:
    return Query(tuple(Term(word) for word in text.split()))
