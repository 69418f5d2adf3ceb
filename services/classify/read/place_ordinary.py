"""Ordinary words of Arabic and Sorani that some village of the gazetteer shares a spelling with: alone they are no place.

A word here may still begin or end a name of several words ("شيخ سعد"), and a district so named is found after its word ("قضاء …").
"""

from functools import lru_cache

from shared.letters import fold


def _keys(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in words.split())


_ARABIC = _keys(
    "السريع أمام الجوية شنه شنها بشرية للشرطة الشرطة جراء الحرب العاصمة شركة فتح الجمهورية تركي تركية جديدة برجين الرابط رمضان رمانة برمانة المجلس جنديان ميناء الميناء تموز"
    " الثانية العمر شؤون المختار البلدية حصار العشرين دوري ديوان جمعة فتيان بلاغ الأحمر كمين كمينا دورة مخلف نجم حرية يأتي ويأتي العيد توتر الهدف الدخول آسيا البنك الصحي"
    " كانون الرسمية رسالة بيده الجديد الخطيب الشباب الدخان الجماهير المعركة المرحلة النقيب المهندس الصهريج المحطة جوار بجوار قضية التنمية الحربي ربيع سياج القتال داهم"
    " الأمين المعلمين المعبر مرة خلف الجاري طالبان شيخ عشيرة نجله ونجله زعيم فترة حملة مهمة ثلاثين أربعين خطة لجنة ساحة كتلة جهاز دعم الدعم غاز عودة صدى ثأر نقطة"
)
_SORANI = _keys(
    "ئامانج کران هێز هێزە دیکەش تۆپخانە کراو بەرگری شەهید دوو گورگ گۆڵ بێ باری بار باس شەهیدان چوار برا کوڕ ئامادە پێشوو خێزان شەڕ ناو قوتابی پلان دوان جار ڕوو تورکمان زیندان"
    " بیانی کێڵگە گوڕ یاری شاخ زانا شێوە هۆڵ باخ پێکا سروشتی چوون کۆمەڵ کۆمەڵە هۆز خوێن تانک نۆرە گوڵ زۆر تر دراو بکەن دووری کەم گوێ سەرچاوە چرا زێڕ دەشت پشوو پرێس جل سوود"
    " هەزار گۆڕ براون سەنگەر سپی دیار دیاری مین تایە دەرمان ناوە سیدی سوار بەڵگە پارە کیلۆ پووچەڵ گشتی کوردستان تاڵیبان پێ کۆن کۆنە گوند درۆن پێرێ کەوتە کەوت ڕووداو ڕژێم"
    " لێکۆڵینەوە بۆسە شت کات ئاو هەوا دڵ سەر کار ماڵ خەڵک نزیک کۆتایی مایە بڕ قسە مەشق زیان دەنگ بەیان نوێ چۆڵ ڕێگا تۆڕ دەست"
)  # fmt: skip
_ENDINGS = tuple(
    sorted(
        _keys(
            "ی ە ێک ێکی ێکیان ەکە ەکەی ەکەیان ەکان ەکانی ەکانیان ان انی یان ییان یانی دا ەدا یدا ەکەدا ەوە یەوە ییەوە وە ش یش یشی یی کەی کان م ن ەکەش"
        ),
        key=len,
        reverse=True,
    )
)
_LEAST = 2


@lru_cache(maxsize=16_384)
def is_ordinary(key: str) -> bool:
    """Whether the folded word, bare or with a Sorani ending, is an ordinary word."""
    if key in _ARABIC or key in _SORANI:
        return True
    return any(key.endswith(e) and len(key) - len(e) >= _LEAST and key[: -len(e)] in _SORANI for e in _ENDINGS)
