/** Vectors as OpenAI packs them: base64 of little-endian 32-bit floats. Pure and portable. */

/** A slice that `String.fromCharCode` takes as arguments without running out of stack. */
const sliceBytes = 0x2000;

export function encodeFloats(values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setFloat32(index * 4, value, true);
  const bytes = new Uint8Array(view.buffer);
  let binary = "";
  for (let start = 0; start < bytes.length; start += sliceBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + sliceBytes));
  }
  return btoa(binary);
}

/** Undefined where the text is no such vector. */
export function decodeFloats(text: string): number[] | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  if (binary.length % 4 !== 0) return undefined;
  const view = new DataView(Uint8Array.from(binary, (letter) => letter.charCodeAt(0)).buffer);
  return Array.from({ length: binary.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
