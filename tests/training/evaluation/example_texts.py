"""Mentions for examples: a few in each language, and those that do harm to a careless page."""

from __future__ import annotations

__all__ = ["EVIL", "MENTIONS", "NASTY"]

EVIL = "<script>document.title = 'taken over'</script>"
"""Must be shown as it is written, and must not run."""

NASTY = (
    f"Comanda n-a ajuns </p></td>{EVIL}<img src=x onerror=\"document.title='taken over'\">",
    "\u202eText întors cu semne de direcție \u2067și uitate deschise",
    "Aștept de trei săptămâni și nimeni nu răspunde. " * 212,
    "{{ 7 * 7 }} {% raw %} ${x} `x` <!-- --> ]]> &amp; \"'>\n\nA doua linie, după una goală",
    "cuvântfărăpauză" * 40,
    "Смешанный текст: מגיע לי החזר כספי 😡😡 și pe românește\x00\x1b",
)
"""Markup, scripts, direction marks, 10,000 characters, template syntax, one endless word."""

MENTIONS = {
    "ro": (
        "Coletul trebuia să ajungă luni, e vineri și curierul tot nu sună.",
        "Mulțumesc, problema s-a rezolvat chiar azi dimineață!",
        "Sunteți varză, ați luat bani de două ori de pe card!!!",
        "La ce oră se deschide magazinul din centru?",
        "Super servicii, ce să zic, doar trei ore la coadă.",
    ),
    "pl": (
        "Aplikacja wywala się przy każdym płaceniu.",
        "Dziękuję za szybką pomoc, wszystko działa.",
        "Zwrot miał być w tydzień, minął miesiąc.",
    ),
    "bg": (
        "Приложението не тръгва от вчера.",
        "Благодаря, доставката дойде навреме!",
        "Пак ми взеха такса, която никой не обяснява.",
    ),
    "ru": (
        "Третий день жду ответа поддержки, тишина.",
        "Отличный магазин, спасибо за подарок!",
        "Деньги списали, а заказ отменили.",
    ),
    "es": (
        "El paquete llegó roto y nadie contesta.",
        "Encantada con la atención, gracias.",
        "Me cobraron dos veces la misma cuota.",
    ),
}
"""Language to mentions in it."""
