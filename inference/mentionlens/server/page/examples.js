/** Invented mentions of invented brands: the same situations in several languages. */

/** The languages, each by its own name. */
export const LANGUAGES = [
  ["pl", "Polski"],
  ["ro", "Română"],
  ["ru", "Русский"],
  ["es", "Español"],
  ["bg", "Български"],
  ["en", "English"],
];

/** The situations: a name, and what somebody wrote in each language. */
export const SITUATIONS = [
  {
    name: "A late parcel",
    texts: {
      pl: "Paczka z Zipolotu krąży po kraju już dziewiąty dzień, a infolinia milczy. Oddajcie mi mój prezent!",
      ro: "Coletul de la Zipolot se plimbă prin țară de nouă zile, iar la telefon nu răspunde nimeni. Vreau cadoul înapoi!",
      ru: "Посылка от Зиполота катается по стране уже девятый день, горячая линия молчит. Верните мой подарок!",
      es: "El paquete de Zipolot lleva nueve días dando vueltas por el país y nadie coge el teléfono. ¡Quiero mi regalo!",
      bg: "Пратката от Зиполот обикаля страната вече девети ден, а на телефона никой не вдига. Върнете ми подаръка!",
      en: "My Zipolot parcel has been touring the country for nine days and nobody picks up the phone. I want my present back!",
    },
  },
  {
    name: "Charged twice",
    texts: {
      pl: "Noktelo, pobraliście mi abonament dwa razy w tym miesiącu. Kiedy oddacie pieniądze?",
      ro: "Noktelo, mi-ați încasat abonamentul de două ori luna aceasta. Când îmi dați banii înapoi?",
      ru: "Ноктело, вы списали абонентскую плату дважды за этот месяц. Когда вернёте деньги?",
      es: "Noktelo, este mes me habéis cobrado la cuota dos veces. ¿Cuándo me devolvéis el dinero?",
      bg: "Ноктело, този месец ми взехте таксата два пъти. Кога ще ми върнете парите?",
      en: "Noktelo, you charged me twice this month. When do I get my money back?",
    },
  },
  {
    name: "Thanks",
    texts: {
      pl: "Brawo, Fluvimart! Czajnik wymieniony w pięć minut, pani w kasie przemiła. Dziękuję!",
      ro: "Bravo, Fluvimart! Mi-au schimbat fierbătorul în cinci minute, iar doamna de la casă a fost adorabilă. Mulțumesc!",
      ru: "Браво, Флувимарт! Чайник поменяли за пять минут, девушка на кассе — сама доброта. Спасибо!",
      es: "¡Bravo, Fluvimart! Me cambiaron el hervidor en cinco minutos y la cajera fue un encanto. ¡Gracias!",
      bg: "Браво, Флувимарт! Смениха ми каната за пет минути, а жената на касата беше прелюбезна. Благодаря!",
      en: "Well done, Fluvimart! Kettle swapped in five minutes, and the lady at the till was lovely. Thank you!",
    },
  },
  {
    name: "A troll",
    texts: {
      pl: "Haha, ktoś jeszcze płaci tym klaunom z Bankorry? Barany do strzyżenia, nic więcej 🤡",
      ro: "Haha, mai dă cineva bani clovnilor de la Bankorra? Oi bune de tuns, atât 🤡",
      ru: "Ахаха, кто-то ещё носит деньги клоунам из Банкорры? Бараны на стрижку, не иначе 🤡",
      es: "Jajaja, ¿todavía hay quien paga a los payasos de Bankorra? Borregos para esquilar 🤡",
      bg: "Хахаха, някой още ли дава пари на клоуните от Банкорра? Овце за стригане, друго не сте 🤡",
      en: "Haha, anyone still paying those clowns at Bankorra? Sheep waiting to be shorn, the lot of you 🤡",
    },
  },
  {
    name: "A question",
    texts: {
      pl: "Czy hotel Vistomara w Sopocie przyjmuje gości z psem i ile kosztuje parking?",
      ro: "Hotelul Vistomara din Constanța primește oaspeți cu câine și cât costă parcarea?",
      ru: "Отель «Вистомара» в Сочи пускает с собакой, и сколько стоит парковка?",
      es: "¿El hotel Vistomara de Cádiz admite perros y cuánto cuesta el aparcamiento?",
      bg: "Хотел „Вистомара“ във Варна приема ли гости с куче и колко струва паркингът?",
      en: "Does the Vistomara hotel in Brighton take guests with a dog, and how much is parking?",
    },
  },
];

/**
 * Return the mentions of one language.
 * @param {string} lang
 * @returns {string[]}
 */
export function examplesIn(lang) {
  return SITUATIONS.map((situation) => situation.texts[lang]);
}

/**
 * Return the language of a text that is one of the examples.
 * @param {string} text
 * @returns {string | undefined}
 */
export function languageOfExample(text) {
  return KNOWN.get(text);
}

const KNOWN = new Map(
  SITUATIONS.flatMap((situation) => Object.entries(situation.texts).map(([lang, text]) => [text, lang])),
);
