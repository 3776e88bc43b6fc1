"""Forms are made from the services' own models, so that a field is described once.

What somebody typed is never lost: a form that was refused is shown again as it was, with each
error beside its field.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, Final, Self, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from portal.api import Refused
from portal.formats import french_number
from portal.i18n import N_

WRONG: Final = N_("Cette valeur ne convient pas.")
MESSAGES: Final = {
    "missing": N_("À remplir."),
    "string_too_short": N_("Trop court : au moins %(min_length)s caractères."),
    "string_too_long": N_("Trop long : au plus %(max_length)s caractères."),
    "too_short": N_("À remplir."),
    "too_long": N_("Trop de valeurs : au plus %(max_length)s."),
    "greater_than_equal": N_("Au moins %(ge)s."),
    "greater_than": N_("Plus de %(gt)s."),
    "less_than_equal": N_("Au plus %(le)s."),
    "date_from_datetime_parsing": N_("Ce n'est pas une date."),
    "date_parsing": N_("Ce n'est pas une date."),
    "time_parsing": N_("Ce n'est pas une heure : écrivez 08:30."),
    "decimal_parsing": N_("Ce n'est pas un nombre."),
    "int_type": N_("Ce n'est pas un nombre entier."),
    "enum": N_("À choisir dans la liste."),
    "uuid_parsing": N_("À choisir dans la liste."),
    "value_error": WRONG,
}
BOUNDS: Final = (
    (annotated_types.MaxLen, "maxlength", "max_length"),
    (annotated_types.Ge, "min", "ge"),
    (annotated_types.Le, "max", "le"),
)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a field, to be said in the reader's language when it is shown."""

    sentence: str
    gaps: Mapping[str, object] = field(default_factory=dict)


@dataclass
class Form:
    """What to show in a form: values as text, and what was wrong with them."""

    model: type[BaseModel]
    values: dict[str, str | list[str]] = field(default_factory=dict)
    errors: dict[str, Wrong] = field(default_factory=dict)
    refusal: Refused | None = None
    labels: dict[str, str] = field(default_factory=dict)
    """What the page calls its fields, noted as they are drawn, for the summary of errors."""

    @classmethod
    def of(cls, model: type[BaseModel], **values: object) -> Self:
        given = {name: value for name, value in values.items() if value is not None}
        return cls(model, {name: _shown(value) for name, value in given.items()})

    @classmethod
    def typed(cls, model: type[BaseModel], data: FormData) -> Self:
        values: dict[str, str | list[str]] = {}
        for name in data:
            texts = [text for text in data.getlist(name) if isinstance(text, str)]
            values[name] = texts if _is_list(_field(model, name)) else texts[-1]
        values.pop("csrf", None)
        return cls(model, values)

    @property
    def status(self) -> int:
        """What the page that shows the form answers with."""
        if self.refusal is not None:
            return self.refusal.status
        return 422 if self.errors else 200

    def read(self, **more: object) -> BaseModel | None:
        """What was typed, as the service wants it; None if it is wrong, and the errors say why.

        `more` is what a page put together from several fields.
        """
        try:
            return self.model.model_validate(self._nested() | more)
        except ValidationError as invalid:
            self._note(invalid.errors(include_url=False, include_input=False))
            return None

    def refused(self, refusal: Refused) -> Self:
        """Show what the service did not like: beside the fields it names, else above the form."""
        if refusal.type == "invalid":
            self._note(
                {"loc": _tail(e["field"]), "type": e["type"], "ctx": e["ctx"]}
                for e in refusal.facts["errors"]
            )
            return self
        self.refusal = refusal
        for name in str(refusal.facts.get("missing", "")).split(", "):
            if name in self.model.model_fields:
                self.errors[name] = Wrong(MESSAGES["missing"])
        return self

    def value(self, name: str) -> str | list[str]:
        return self.values.get(name, "")

    def attributes(self, name: str) -> dict[str, object]:
        """What the model says of a field, in the words of HTML."""
        described = _field(self.model, name)
        if described is None:
            return {}
        found: dict[str, object] = {
            attribute: getattr(limit, bound)
            for limit in described.metadata
            for kind, attribute, bound in BOUNDS
            if isinstance(limit, kind)
        }
        return found | ({"required": True} if described.is_required() else {})

    def _nested(self) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, value in self.values.items():
            if value in ("", []) or _field(self.model, name) is None:
                continue
            above, _, last = name.rpartition(".")
            place = data.setdefault(above, {}) if above else data
            place[last] = _parsed(_field(self.model, name), value)
        return data

    def _note(self, errors: Iterable[Any]) -> None:
        for error in errors:
            name = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
            sentence = MESSAGES.get(error["type"], WRONG)
            self.errors.setdefault(name, Wrong(sentence, error.get("ctx") or {}))


def _tail(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split(".") if not part.isdecimal())


def _field(model: type[BaseModel], name: str) -> FieldInfo | None:
    first, _, rest = name.partition(".")
    described = model.model_fields.get(first)
    if described is None or not rest:
        return described
    if get_origin(described.annotation) is dict:
        return FieldInfo.from_annotation(get_args(described.annotation)[1])
    inner = next((t for t in _kinds(described.annotation) if _is_model(t)), None)
    return _field(inner, rest) if inner is not None else None


def _kinds(annotation: Any) -> tuple[Any, ...]:  # noqa: ANN401  any type there is
    union = get_origin(annotation) in (Union, UnionType)
    kinds = get_args(annotation) if union else (annotation,)
    return tuple(get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in kinds)


def _is_model(kind: Any) -> bool:  # noqa: ANN401
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_list(described: FieldInfo | None) -> bool:
    return described is not None and get_origin(described.annotation) is list


def _is_texts(described: FieldInfo | None) -> bool:
    """Whether it is a list of texts, each with whatever rules of its own."""
    if described is None or not _is_list(described):
        return False
    [each] = get_args(described.annotation)
    return _kinds(each) == (str,)


def _shown(value: object) -> str | list[str]:
    return [str(one) for one in value] if isinstance(value, list) else str(value)


def _parsed(described: FieldInfo | None, value: str | list[str]) -> object:
    """Lists of sentences are typed one a line; numbers as people of the language write them."""
    if _is_texts(described):
        texts = value if isinstance(value, list) else [value]
        return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    if isinstance(value, list):
        return value
    kinds = _kinds(described.annotation) if described else ()
    if bool in kinds:
        return {"true": True, "false": False}.get(value, value)
    if int in kinds:
        return _whole(french_number(value))
    return french_number(value) if Decimal in kinds else value.strip()


def _whole(number: str) -> int | str:
    try:
        return int(number)
    except ValueError:
        return number


def rows_of(data: FormData, names: Sequence[str], prefix: str = "") -> list[dict[str, str]]:
    """Rows whose fields are called alike, as many as the longest column; what lacks is blank."""
    columns = {name: [str(text).strip() for text in data.getlist(prefix + name)] for name in names}
    longest = max(len(column) for column in columns.values())
    return [
        {name: column[n] if n < len(column) else "" for name, column in columns.items()}
        for n in range(longest)
    ]


def day_of(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
