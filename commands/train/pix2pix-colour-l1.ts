/** The same generator by L1 alone: what the discriminator is worth shows beside it. */
export { l1Training as training } from "./pix2pix-colour.ts";
