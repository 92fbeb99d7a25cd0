// Notifications, as a process of the marketplace: `plures run --topology languages` starts it.
import { Notifications } from "../gen/marketplace/notifications/v1/notifications_pb.js";
import { open } from "./service.ts";
import { serve } from "./plures/serve.ts";

await serve(Notifications, new URL("../contracts/", import.meta.url), open);
