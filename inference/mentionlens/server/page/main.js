/** Starts the page: learns what the model is, then connects the panels. */

import { Api, Problem } from "./api.js";
import { Comparison } from "./comparison.js";
import { Composer } from "./compose.js";
import { byId } from "./dom.js";
import { FilePanel } from "./files.js";
import { askForKey } from "./key.js";
import { modelView } from "./model.js";
import { tell, tellFailure, waitingWords } from "./notices.js";
import { Session } from "./session.js";
import { connectTabs } from "./tabs.js";
import { connectThemeButton } from "./theme.js";
import { patiently } from "./waiting.js";
import { counted } from "./words.js";

async function start() {
  const place = byId("start-problem");
  const onWait = (seconds, problem) => tell(place, waitingWords(seconds, problem));
  place.replaceChildren();
  try {
    const api = new Api(askForKey);
    connect(new Session(api, await patiently(() => api.model(), { onWait })));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    tellFailure(place, problem, start);
  }
}

function connect(session) {
  const showModel = () => {
    const { name, version, languages } = session.model;
    byId("model-name").textContent = `${name} ${version} · ${counted(languages.length, "language")}`;
    byId("model").replaceChildren(modelView(session.model));
  };
  session.onModel(showModel);
  showModel();
  new Composer(session);
  new FilePanel(session);
  const comparison = new Comparison(session);
  connectTabs(document.querySelector("[role=tablist]"), (name) => {
    if (name === "languages") comparison.open();
  });
}

connectThemeButton(byId("theme"));
start();
