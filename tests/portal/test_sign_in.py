import pytest

from portal.session import inside
from shared.settings import Settings, settings
from tests.portal.conftest import Browser, People, shown
from tests.world import PASSWORD


def test_somebody_unknown_is_sent_to_sign_in_and_comes_back(stranger: Browser) -> None:
    answer = stranger.get("/actions?late=1")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/actions%3Flate%3D1"
    typed = {"email": "bob@example.org", "password": PASSWORD, "next": "/actions?late=1"}
    assert stranger.client.post("/sign-in", data=typed).headers["location"] == "/actions?late=1"
    assert "Bob" in stranger.read("/actions?late=1")


def test_the_cookie_cannot_be_read_by_scripts(stranger: Browser) -> None:
    typed = {"email": "bob@example.org", "password": PASSWORD}

    answer = stranger.client.post("/sign-in", data=typed)

    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("qse=")]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))


def test_over_https_the_cookie_is_bound_to_the_host(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    secure = Settings(**settings().model_dump() | {"base_url": "https://qse.example"})
    for module in ("portal.session", "portal.guard", "shared.headers"):
        monkeypatch.setattr(f"{module}.settings", lambda: secure)
    typed = {"email": "bob@example.org", "password": PASSWORD}

    headers = {"Origin": "https://qse.example"}
    answer = stranger.client.post("/sign-in", data=typed, headers=headers)

    [cookie] = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-qse=")]
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr-FR,en;q=0.5", "L'adresse électronique et le mot de passe ne vont pas ensemble."),
        ("en-GB", "E-mail address and password do not go together."),
        ("de", "L'adresse électronique et le mot de passe ne vont pas ensemble."),
        ("de;q=1,en;q=0.9,fr;q=0.8", "E-mail address and password do not go together."),
        ("fr;q=rubbish,en", "E-mail address and password do not go together."),
    ],
)
def test_a_wrong_password_is_refused_in_the_browsers_language(
    stranger: Browser, language: str, sentence: str
) -> None:
    typed = {"email": f"nobody.{abs(hash(language))}@example.org", "password": "a wrong one"}

    answer = stranger.client.post("/sign-in", data=typed, headers={"Accept-Language": language})

    assert answer.status_code == 401
    assert sentence in shown(answer)
    assert typed["email"] in answer.text
    assert typed["password"] not in answer.text


def test_an_empty_form_says_what_to_fill_in(stranger: Browser) -> None:
    answer = stranger.client.post("/sign-in", data={"email": "", "password": ""})

    assert answer.status_code == 422
    assert "2 champs sont à corriger. Adresse électronique · À remplir." in shown(answer)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "evil",
        "",
        "/\tx",
        "/a\r\nb",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_outside_after_signing_in(stranger: Browser, target: str) -> None:
    typed = {"email": "bob@example.org", "password": PASSWORD, "next": target}

    assert stranger.client.post("/sign-in", data=typed).headers["location"] == "/"


def test_pages_inside_are_gone_back_to() -> None:
    assert inside("/audits/1?place=2#new") == "/audits/1?place=2#new"


def test_signing_out_ends_the_session_itself(stranger: Browser) -> None:
    typed = {"email": "bob@example.org", "password": PASSWORD}
    stranger.client.post("/sign-in", data=typed)
    token = stranger.client.cookies["qse"]

    answer = stranger.post("/sign-out")

    assert answer.headers["location"] == "/sign-in"
    assert "qse" not in stranger.client.cookies
    stranger.client.cookies.set("qse", token)
    assert stranger.get("/").headers["location"] == "/sign-in"


def test_a_page_that_refreshes_itself_is_told_to_sign_in_by_a_header(stranger: Browser) -> None:
    answer = stranger.client.get("/inbox/count", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer.headers["hx-redirect"] == "/sign-in"


def test_the_language_belongs_to_the_person_and_the_light_to_the_browser(people: People) -> None:
    anna = people["anna"]
    assert "Mes sites aujourd'hui" in anna.read("/")

    answer = anna.post("/preferences", language="en", next="/actions")

    assert answer.headers["location"] == "/actions"
    assert "My sites today" in anna.read("/")
    anna.post("/preferences", theme="dark")
    assert 'lang="en" data-bs-theme="dark"' in anna.get("/").text
    anna.post("/preferences", theme="auto", language="fr")
    assert 'lang="fr" data-bs-theme="light" data-theme-auto' in anna.get("/").text


def test_what_is_no_preference_changes_nothing(people: People) -> None:
    anna = people["anna"]

    anna.post("/preferences", language="xx", theme="neon", next="https://evil.example")

    assert 'lang="fr" data-bs-theme="light" data-theme-auto' in anna.get("/").text
