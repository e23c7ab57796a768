/** What the panels share: the API, and the model that answers. */

/** The API with the model behind it, which may be exchanged while the page is open. */
export class Session {
  #listeners = [];

  /**
   * @param {import("./api.js").Api} api
   * @param {object} model what `/v1/model` says
   */
  constructor(api, model) {
    this.api = api;
    this.model = model;
  }

  /**
   * Be told when another model answers.
   * @param {() => void} listener
   */
  onModel(listener) {
    this.#listeners.push(listener);
  }

  /**
   * Tell whether an answer comes from another model than the one the page knows; learn it then.
   * @param {{name: string, version: string} | null} answered what the answer says of its model
   * @returns {Promise<boolean>}
   */
  async isOther(answered) {
    const same = ({ name, version }) => name === this.model.name && version === this.model.version;
    if (answered === null || same(answered)) return false;
    this.model = await this.api.model();
    for (const listener of this.#listeners) listener();
    return true;
  }
}
