/** The piece is asked for: the card's code is not needed in this tab any more. */

import { forget } from "./claim-stash.js";

forget();
