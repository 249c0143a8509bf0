// Who is signed in, for the parts of the page that show it.
import { useSyncExternalStore } from "react";
import { type Account, currentAccount, onAccount } from "./session";

/** Returns who is signed in; null if nobody is. */
export function useAccount(): Account | null {
  return useSyncExternalStore(onAccount, currentAccount);
}
