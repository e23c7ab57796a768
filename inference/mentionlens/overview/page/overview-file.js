/** Starts the overview that is one file: its data stands in the file itself. */

import { byId } from "./dom.js";
import { drawOverview } from "./overview-view.js";
import { connectThemeButton } from "./theme.js";

connectThemeButton(byId("theme"));
drawOverview(byId("overview"), JSON.parse(byId("overview-data").textContent));
