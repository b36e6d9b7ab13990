"""Every way through the desk, in one table: the server, its description (OpenAPI) and its tests are made from it.

A route that changes anything has a fixed address, takes a body of one kind, and is looked up before it is let in.
"""

from __future__ import annotations

from starlette.responses import Response

from caselight.desk import coding, draws, entering, looking, progress, settling
from caselight.desk import schemas as s
from caselight.desk.access import ADJUDICATOR, CODER
from caselight.desk.call import ENTERED, OPEN, Call, Way, as_json
from caselight.desk.openapi import described

_ANY, _CODER, _LEAD = (CODER, ADJUDICATOR), (CODER,), (ADJUDICATOR,)
_FACETS = ("q", *(name for name, _ in looking.FACETS), "reading")
_STATE, _WISH = ("variable", "state"), tuple(s.WISH)


def _description(call: Call) -> Response:
    """What the API takes and gives."""
    del call
    return as_json(described(WAYS))


# fmt: off
_COMING_IN = (
    Way("GET", "/", entering.home, (ENTERED,), "To where this person works."),
    Way("GET", "/enter", entering.enter_page, (OPEN,), "Where the one-time address leads."),
    Way("POST", "/enter", entering.enter, (OPEN,), "Opens a session for a one-time token.", "json", "application/json",
        body=s.TOKEN, answer=s.GO),
    Way("GET", "/login", entering.login_page, (OPEN,), "Name and password."),
    Way("POST", "/login", entering.login, (OPEN,), "Opens a session for an account.", "form", body=s.ACCOUNT),
    Way("GET", "/start", entering.start_page, (ENTERED,), "Who are you, and what will you do?"),
    Way("POST", "/start", entering.start, (ENTERED,), "Keeps who sits at the desk.", "form", body=s.START),
    Way("POST", "/leave", entering.leave, (ENTERED,), "Ends the session.", "form"),
    Way("POST", "/language", entering.choose_language, (OPEN,), "English or Russian.", "form", body=s.LANGUAGE),
)
_CODING = (
    Way("GET", "/code", coding.desk_page, _CODER, "The desk."),
    Way("GET", "/api/desk", coding.desk_state, _CODER, "The questions and the coder's queue.",
        gives="application/json", answer=s.DESK),
    Way("GET", "/api/cases/{case}", coding.one_case, _CODER, "A case of the coder's own queue, with her own answers.",
        gives="application/json", answer=s.CASE),
    Way("POST", "/api/decisions", coding.decide, _CODER, "Keeps an answer: on the disk when this answers, and once.",
        "json", "application/json", body=s.DECISION, answer=s.SAVED),
    Way("POST", "/api/undo", coding.undo, _CODER, "Takes an answer back, as a new line of the journal.",
        "json", "application/json", body=s.UNDO, answer=s.SAVED),
    Way("POST", "/api/questions", coding.raise_question, _CODER, "Keeps a question about the codebook.",
        "json", "application/json", body=s.ASKED, answer=s.KEPT),
)
_STANDING = (
    Way("GET", "/progress", progress.progress_page, _ANY, "How far the coding is."),
    Way("GET", "/api/progress", progress.progress_json, _ANY, "The same; a coder sees her own part only.",
        gives="application/json", answer=s.PROGRESS),
    Way("GET", "/agreement/{variable}", progress.agreement_page, _LEAD, "Answers against answers, cell by cell.",
        query=("one", "other")),
    Way("GET", "/api/agreement", progress.agreement_json, _LEAD, "How far two coders agree, question by question.",
        gives="application/json", answer=s.AGREEMENT),
    Way("GET", "/settle", settling.list_page, _LEAD, "Where two coders differ.", query=_STATE),
    Way("GET", "/settle.json", settling.list_json, _LEAD, "The same as data.", gives="application/json", query=_STATE,
        answer=s.PAIRS),
    Way("GET", "/settle.csv", settling.list_csv, _LEAD, "The same as a table.", gives="text/csv", query=_STATE),
    Way("GET", "/settle/{case}/{variable}", settling.one_page, _LEAD, "One difference, side by side, without names."),
    Way("POST", "/settle", settling.settle, _LEAD, "Keeps the answer that counts.", "form", body=s.SETTLEMENT),
    Way("GET", "/draw", draws.draw_page, _LEAD, "The draw, or the form for one.", query=_WISH),
    Way("GET", "/api/outlook", draws.outlook_json, _LEAD, "What a draw would cost and tell.", gives="application/json",
        query=_WISH, answer=s.OUTLOOK),
    Way("POST", "/draw", draws.commit, _LEAD, "Commits a draw.", "form", body=s.WISH),
    Way("POST", "/draw/throw", draws.throw, _LEAD, "Draws with what public dice showed.", "form", body=s.SEED),
)
_LOOKING = (
    Way("GET", "/cases", looking.cases_page, _LEAD, "All cases, with facets.", query=(*_FACETS, "page")),
    Way("GET", "/cases.json", looking.cases_json, _LEAD, "The same as data.", gives="application/json", query=_FACETS,
        answer=s.CASES),
    Way("GET", "/cases.csv", looking.cases_csv, _LEAD, "The same as a table.", gives="text/csv", query=_FACETS),
    Way("GET", "/cases/{case}.json", looking.case_json, _LEAD, "One case as data.", gives="application/json",
        answer=s.ONE_CASE),
    Way("GET", "/cases/{case}", looking.case_page, _LEAD, "One case with facts, answers, quotations."),
    Way("GET", "/search", looking.search_page, _LEAD, "Search, with the places found.", query=("q",)),
    Way("GET", "/search.json", looking.search_json, _LEAD, "Every case found.", gives="application/json", query=("q",),
        answer=s.HITS),
    Way("GET", "/search.csv", looking.search_csv, _LEAD, "Every place found.", gives="text/csv", query=("q",)),
    Way("GET", "/problems", looking.problems_page, _LEAD, "Everything that could not be done.", query=("kind",)),
    Way("GET", "/problems.json", looking.problems_json, _LEAD, "The same as data.", gives="application/json",
        query=("kind",), answer=s.PROBLEMS),
    Way("GET", "/problems.csv", looking.problems_csv, _LEAD, "The same as a table.", gives="text/csv", query=("kind",)),
    Way("GET", "/questions", looking.questions_page, _LEAD, "What coders ask about the codebook."),
    Way("GET", "/questions.json", looking.questions_json, _LEAD, "The same, without who asked.",
        gives="application/json", answer=s.QUESTIONS),
    Way("GET", "/api/openapi.json", _description, (ENTERED,), "This description.", gives="application/json"),
)
# fmt: on
WAYS: tuple[Way, ...] = (*_COMING_IN, *_CODING, *_STANDING, *_LOOKING)
