/** The brand and the language that everything is narrowed to; null stands for all. */

/** @typedef {{brand: string | null, lang: string | null}} Scope */

/**
 * Return the figures of a scope.
 * @template {Scope} T
 * @param {T[]} all
 * @param {Scope} scope
 * @returns {T | null}
 */
export function figuresOf(all, { brand, lang }) {
  return all.find((one) => one.brand === brand && one.lang === lang) ?? null;
}

/**
 * Return the parts of a scope: its brands and languages, each with each.
 * @param {{brands: string[], langs: string[]}} data
 * @param {Scope} scope
 * @returns {Scope[]}
 */
export function partsOf(data, scope) {
  const brands = scope.brand === null ? data.brands : [scope.brand];
  const langs = scope.lang === null ? data.langs : [scope.lang];
  return brands.flatMap((brand) => langs.map((lang) => ({ brand, lang })));
}

/**
 * Tell whether something of a brand and a language belongs to a scope.
 * @param {Scope} one
 * @param {Scope} scope
 * @returns {boolean}
 */
export function isIn(one, scope) {
  return (scope.brand === null || one.brand === scope.brand) && (scope.lang === null || one.lang === scope.lang);
}
