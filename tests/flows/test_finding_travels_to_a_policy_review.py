"""The product's main story, on real processes: web, workers, Celery, PostgreSQL, Redis, SMTP."""

from datetime import date, timedelta
from typing import Any

import httpx2 as httpx

from tests.audit.factories import slot_in
from tests.live import Live
from tests.processes import eventually
from tests.world import WORLD

TODAY = date.today()  # noqa: DTZ011, TID251  the processes under test run by the real clock

FINDING = {
    "grade": "NC_MAJ",
    "process": "PROD",
    "requirement": "ISO 45001:2018 8.1.2",
    "statement": "Le carter de la presse 4 est démonté pendant la production",
    "evidence": "Constaté le matin, photographie P4-12",
}


def ok(answer: httpx.Response) -> Any:  # noqa: ANN401  JSON
    assert answer.is_success, answer.text
    return answer.json()


def publish_policy(live: Live) -> None:
    with live.as_(WORLD.greta) as greta, live.as_(WORLD.hugo) as hugo:
        policy = ok(
            greta.post(
                "/policy/policies",
                json={
                    "title": "Politique QSE du groupe",
                    "text": "Nous protégeons les personnes, l'environnement et nos clients.",
                    "domains": ["Q", "S", "E"],
                    "commitments": ["Éliminer les dangers et réduire les risques"],
                    "owner_id": str(WORLD.greta.id),
                },
            )
        )
        path = f"/policy/policies/{policy['id']}"
        for somebody, step in ((greta, "submit"), (hugo, "approve"), (greta, "publish")):
            policy = ok(somebody.post(f"{path}/{step}", json={"version": policy["version"]}))


def start_audit(live: Live) -> str:
    with live.as_(WORLD.alice) as alice, live.as_(WORLD.diane) as diane:
        audit = ok(
            alice.post(
                "/audit/audits",
                json={
                    "site_id": str(WORLD.lyon),
                    "title": "Audit interne production",
                    "criteria": ["ISO 45001:2018"],
                    "planned_for": str(TODAY),
                    "lead_id": str(WORLD.diane.id),
                    "objectives": "Vérifier la maîtrise des presses",
                    "method_reason": "Les postes se voient sur place",
                },
            )
        )
        meeting = slot_in(day=TODAY).model_dump(mode="json")
        ok(diane.post(f"/audit/audits/{audit['id']}/slots", json=meeting))
        ok(diane.post(f"/audit/audits/{audit['id']}/start", json={"version": audit["version"]}))
    return str(audit["id"])


def scorecard(client: httpx.Client, place: str) -> dict[str, Any]:
    rows = ok(client.get("/indicators/scorecard", params={"place": place}))
    return {row["definition"]["code"]: row["latest"] for row in rows}


def inbox(live: Live, name: str) -> list[str]:
    with live.as_(getattr(WORLD, name)) as client:
        return [item["kind"] for item in ok(client.get("/notifications/inbox"))["items"]]


def take_through(live: Live, action: dict[str, Any]) -> None:
    """Plan, start, do; then have somebody else judge the effect."""
    steps: list[tuple[str, dict[str, Any]]] = [
        (
            "plan",
            {
                "root_cause": "Aucun verrouillage n'empêche la marche sans carter",
                "effectiveness_criterion": "Aucun carter démonté sur trois visites",
                "effectiveness_check_on": str(TODAY + timedelta(days=90)),
                "no_indicator_because": "Un seul poste, jugé sur place",
            },
        ),
        ("start", {}),
        ("done", {"evidence": "Verrouillage posé et essayé sur les quatre presses"}),
        ("verify", {"result": "effective", "statement": "Trois visites, aucun écart"}),
    ]
    with live.as_(WORLD.paul) as paul, live.as_(WORLD.alice) as alice:
        for step, body in steps:
            client = alice if step == "verify" else paul
            path = f"/actions/actions/{action['id']}/{step}"
            action = ok(client.post(path, json=body | {"version": action["version"]}))


def have_it_answered(live: Live, finding: dict[str, Any]) -> None:
    """The process owner answers, and the lead auditor accepts."""
    body = {
        "version": finding["version"],
        "correction": "La presse est arrêtée et consignée",
        "root_cause": "Aucun verrouillage n'empêche la marche sans carter",
        "plan": "Poser un verrouillage sur les quatre presses",
        "owner_id": str(WORLD.paul.id),
        "due_on": str(TODAY + timedelta(days=30)),
    }
    with live.as_(WORLD.paul) as paul, live.as_(WORLD.diane) as diane:
        answer = ok(paul.post(f"/audit/findings/{finding['id']}/answers", json=body))
        path = f"/audit/answers/{answer['id']}/accept"
        ok(diane.post(path, json={"version": answer["version"]}))


def test_a_major_nonconformity_reaches_the_policy_and_the_people_and_comes_back(live: Live) -> None:
    publish_policy(live)
    audit_id = start_audit(live)

    with live.as_(WORLD.diane) as diane:
        finding = ok(diane.post(f"/audit/audits/{audit_id}/findings", json=FINDING))

    with live.as_(WORLD.greta) as greta, live.as_(WORLD.alice) as alice:
        query = {"finding_id": finding["id"]}
        [action] = eventually(lambda: ok(alice.get("/actions/actions", params=query))["items"])
        assert action["owner_id"] == str(WORLD.paul.id)
        assert (action["priority"], action["type"]) == ("P2", "corrective")
        assert action["correlation_id"] == finding["correlation_id"]

        [request] = eventually(lambda: ok(greta.get("/policy/review-requests"))["items"])
        assert (request["indicator_code"], request["status"]) == ("NC_MAJ_12M", "pending")
        here = scorecard(alice, str(WORLD.lyon))
        assert (here["ACT_OPEN"]["value"], here["NC_MAJ_12M"]["status"]) == ("1", "red")
        whole = scorecard(greta, str(WORLD.group))
        assert whole["NC_MAJ_12M"]["numerator"] == "1"

        refused = alice.post(
            f"/audit/findings/{finding['id']}/close", json={"version": finding["version"]}
        )
        assert (refused.status_code, refused.json()["type"]) == (409, "finding_has_open_actions")

        eventually(lambda: all(live.letters.to(name) for name in ("paul", "alice", "greta")))
        assert inbox(live, "paul") == ["action_opened"]
        eventually(lambda: sorted(inbox(live, "alice")) == ["alert_raised", "finding_raised"])
        assert inbox(live, "greta") == ["review_requested"]
        assert inbox(live, "charlie") == []

        take_through(live, action)
        have_it_answered(live, finding)

        def closable() -> bool:
            path = f"/audit/findings/{finding['id']}/actions"
            return any(known["effective"] for known in ok(alice.get(path)))

        eventually(closable)
        eventually(lambda: len(live.letters.to("paul")) == 2)
        current = ok(alice.get(f"/audit/findings/{finding['id']}"))
        body = {"version": current["version"]}
        closed = ok(alice.post(f"/audit/findings/{finding['id']}/close", json=body))
        assert closed["status"] == "closed"

        eventually(lambda: scorecard(alice, str(WORLD.lyon))["ACT_OPEN"]["numerator"] == "0")
        decision = {
            "decision": "maintain",
            "reason": "La cause est traitée et vérifiée ; la politique reste adaptée.",
            "version": request["version"],
        }
        path = f"/policy/review-requests/{request['id']}/decide"
        assert ok(greta.post(path, json=decision))["status"] == "decided"

        steps = [
            step["topic"]
            for service in ("audit", "actions", "indicators", "policy", "notifications")
            for step in ok(greta.get(f"/{service}/timeline/{finding['correlation_id']}"))
        ]
        for topic in (
            "audit.finding_raised",
            "actions.action_opened",
            "indicators.measured",
            "indicators.alert_raised",
            "policy.policy_review_requested",
            "actions.action_verified",
            "audit.finding_answered",
            "audit.answer_accepted",
            "audit.finding_closed",
            "policy.policy_review_decided",
        ):
            assert topic in steps
    told = [len(live.letters.to(name)) for name in ("paul", "greta")]
    assert told == [2, 1]
