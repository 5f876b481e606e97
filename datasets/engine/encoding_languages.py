"""The letters beyond ASCII of each language, the frequent ones first, and how they are stored.

The order is what counts: the chance of a letter is taken to fall with its rank (Zipf's law).
"""

_WINDOWS = ("cp1252", "cp850", "mac-roman")
_CENTRAL = ("cp1250", "iso8859-2", "cp852")
_BALTIC = ("cp1257",)
_CYRILLIC = ("cp1251", "koi8-r", "cp866")

LANGUAGES: dict[str, tuple[tuple[str, ...], str]] = {
    "German": ((*_WINDOWS, "cp1250"), "üäößé"),
    "French": (_WINDOWS, "éèàêçôâîûïùëœæÿ"),
    "Spanish": (_WINDOWS, "óíáéñúüºª¿¡ç"),
    "Portuguese": (_WINDOWS, "ãçáéíóõêâúàôüºª"),
    "Italian": (_WINDOWS, "àèòùéìóî"),
    "Catalan": (_WINDOWS, "àéóèíçòúïü·"),
    "Dutch": (_WINDOWS, "ëéïöüèêàçó"),
    "Swedish": (_WINDOWS, "äåöéüèà"),
    "Danish": (_WINDOWS, "øåæéäöüè"),
    "Finnish": (_WINDOWS, "äöåšžé"),
    "Icelandic": (("cp1252", "mac-roman"), "íáðóúéöþýæ"),
    "Albanian": (_WINDOWS, "ëç"),
    "Irish": (_WINDOWS, "áíéóú"),
    "several Western ones": (_WINDOWS, ""),
    "Czech": (_CENTRAL, "íáéěřšžčýůúňťďó"),
    "Slovak": (_CENTRAL, "áéíčšžýúľťôňóďäŕĺ"),
    "Hungarian": (_CENTRAL, "áéöóőüíúű"),
    "Polish": (_CENTRAL, "łóążęśćńź"),
    "Croatian": (_CENTRAL, "čšžćđ"),
    "Romanian": (_CENTRAL, "ăţşîâ"),
    "several Central European ones": (_CENTRAL, ""),
    "Estonian": (_BALTIC, "äõüöšž"),
    "Latvian": (_BALTIC, "āīēšņļūķžčģ"),
    "Lithuanian": (_BALTIC, "ėšųžįąčęū"),
    "Turkish": (("cp1254",), "ıüşçğöİâîû"),
    "Greek": (("cp1253",), "αοιετσνηρπκςυλμάίόέήωδγχθφώβύξζψϊϋ"),
    "Russian": (_CYRILLIC, "оаеинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),
    "Ukrainian": (("cp1251",), "оаинвтерісклупмдьязйбгчїєжхюцшщфґ"),
    "Belarusian": (("cp1251",), "аеніорылятсвкмдпузьбчгхўжйцшэюёф"),
    "Bulgarian": (("cp1251", "koi8-r", "cp866"), "аоиетнрсвлкдпмзягбъучцжщхфюшйь"),
    "Serbian": (("cp1251",), "аиоенртсјувкпмдлзбгчљцњшхжћђфџ"),
    "Hebrew": (("cp1255",), "יוהלארתבשמנםדקחעפןטגזסכצץךף"),
    "Arabic": (("cp1256",), "اليمنوترهبةعدسفحكقأجشصطئخءآزىذثغضإظؤ،؟"),
    "Thai": (("cp874",), "านรก่้อเงมยลวดทสตะปบคหัแจพชขใไโผถิีึืุูำซณฟญธศๆภษ็์"),
}
"""Languages by name: their encodings, the likely ones first, and their letters."""

SEVERAL = {
    "cp1252": "àáâãäåæçèéêëìíîïñòóôõöøùúûüýþÿðßœšžºª¿¡·",
    "cp1250": "áâăäĺćçčéęëěíîďđńňóôőöřůúűüýţŕľšśťžźşłąż",
}
"""Letters of many languages in one file: each as likely as any other."""

PRIOR = {
    "cp1252": 0.0, "cp1250": -1.5, "cp1251": -1.5, "cp1253": -2.0, "cp1254": -2.0, "cp1255": -2.0,
    "cp1256": -2.0, "cp1257": -2.5, "cp874": -2.0, "cp850": -2.5, "iso8859-2": -2.5,
    "koi8-r": -2.5, "cp852": -3.5, "cp866": -3.0, "mac-roman": -3.5,
}  # fmt: skip
"""How likely an encoding is before anything was read: those of Windows are the usual ones."""
