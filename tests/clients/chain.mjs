// The dev chain as viem describes chains.

import { defineChain } from "viem";

import { RPC_URL, WS_URL } from "./environment.mjs";

export const chain = defineChain({
  id: 31337,
  name: "Hanzo dev",
  nativeCurrency: { name: "AI", symbol: "AI", decimals: 18 },
  rpcUrls: { default: { http: [RPC_URL], webSocket: [WS_URL] } },
});
