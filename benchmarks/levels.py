"""Lists with the rule of view in force: p95 for viewers of 1, 5 and 50 audiences.

On the register of 100,000 activities a third of which is for networks or one institution alone, and
of which many others keep fields for them. Run by `make bench ONLY=levels`.
"""

from __future__ import annotations

import statistics
import time

from benchmarks.registers import SIZES, main, run_at

FLOOR = "floor: glossary"
PAGES = {
    FLOOR: ("/glossary/", 0),
    "training": ("/training/", 300),
    "training, common word": ("/training/?q=culture", 300),
    "training, two characters": ("/training/?q=核安", 300),
    "training, three filters": ("/training/?topic=A1&stage=done&country=CN", 300),
    "calendar": ("/training/calendar/?year=2020", 150),
    "institutions": ("/institutions/", 300),
    "collaboration": ("/collaboration/", 300),
    "interface: training": ("/api/training", 300),
}
"""Each page with its limit in ms; lists without facets have 150."""
VIEWERS = (1, 5, 50)
TIMES = 40


def measure() -> dict[str, dict[str, float]]:
    """In this process: p95 of each page in ms, for a viewer of each number of audiences."""
    from django.core.management import call_command
    from django.test import Client

    call_command("createcachetable", verbosity=0)
    found: dict[str, dict[str, float]] = {}
    for audiences in VIEWERS:
        client = Client(HTTP_HOST="localhost")
        if audiences > 1:
            client.force_login(_person(audiences - 2))
        found[str(audiences)] = {name: _p95(client, path) for name, (path, _limit) in PAGES.items()}
    return found


def _p95(client: object, path: str) -> float:
    times = []
    client.get(path)  # type: ignore[attr-defined]
    for _ in range(TIMES):
        start = time.perf_counter()
        response = client.get(path)  # type: ignore[attr-defined]
        times.append((time.perf_counter() - start) * 1000)
        assert response.status_code == 200, (path, response.status_code)
    return statistics.quantiles(times, n=20)[18]


def _person(networks: int) -> object:
    """Somebody of an institution in so many networks: it is in two audiences more."""
    from concord.accounts.models import Person, Role
    from concord.accounts.selectors import viewer_for
    from concord.accounts.services import invitation_make, person_join
    from concord.core.disclosure import ANYONE, network_audience
    from concord.exchange.synthetic import NETWORKS
    from concord.record.members import member_admit
    from concord.record.selectors import record_list

    email = f"of{networks}@example.org"
    person = Person.objects.filter(email=email).first()
    if person is None:
        ids = sorted(record.id for record in record_list(viewer=ANYONE, kind="institution"))
        institution = ids[networks]
        _made, secret = invitation_make(role=Role.EDITOR, institution=institution)
        for network in NETWORKS[:networks]:
            member_admit(audience=network_audience(network), institution=institution)
        person = person_join(
            secret=secret, email=email, name="", password="a horse eats seven apples",  # noqa: S106
            language="en",
        )  # fmt: skip
    assert len(viewer_for(person=person).audiences) == networks + 2
    return person


def report() -> None:
    found = run_at("levels", SIZES[-1], is_mixed=True)
    heads = "".join(f"{n:>14} aud." for n in VIEWERS)
    print(f"{'p95 in ms, 100,000 activities':<38}{heads}")
    for name, (_path, limit) in PAGES.items():
        figures = [found[str(n)][name] for n in VIEWERS]
        floors = [found[str(n)][FLOOR] for n in VIEWERS]
        cells = [f"{f:.1f} ({f / g:.1f}x)" for f, g in zip(figures, floors, strict=True)]
        verdict = f"  limit {limit}{'  OVER' if max(figures) > limit else ''}" if limit else ""
        print(f"{name:<38}" + "".join(f"{cell:>19}" for cell in cells) + verdict, flush=True)


if __name__ == "__main__":
    main("levels", measure, report)
