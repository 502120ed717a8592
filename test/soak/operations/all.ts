import type { Operation, Setting } from "../setting.ts";
import { badRequestOperations } from "./bad-requests.ts";
import { badRowOperations } from "./bad-rows.ts";
import { brokenOffOperations } from "./broken-off.ts";
import { feedbackOperations } from "./feedback.ts";
import { plainHttpOperations } from "./plain-http.ts";
import { predictionOperations } from "./predictions.ts";
import { qualityOperations } from "./quality.ts";
import { slowClientOperations } from "./slow-clients.ts";
import { surroundingOperations } from "./surroundings.ts";
import { typedOperations } from "./typed.ts";

/** Everything that callers do. */
export function allOperations(setting: Setting): readonly Operation[] {
  return [
    predictionOperations,
    typedOperations,
    plainHttpOperations,
    feedbackOperations,
    qualityOperations,
    badRowOperations,
    badRequestOperations,
    brokenOffOperations,
    slowClientOperations,
    surroundingOperations,
  ].flatMap((operationsOf) => operationsOf(setting));
}
