// Photos are drawn anew in the browser before they are sent: smaller, and without what the camera wrote beside them (place, owner).

const LONGEST = 1600;
const QUALITY = 0.82;

export const asBlob = (canvas) => new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));

async function drawn(file, longest) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const share = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * share));
  canvas.height = Math.max(1, Math.round(picture.height * share));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return canvas;
}

function seconds(file) {
  return new Promise((done) => {
    const video = document.createElement("video");
    video.preload = "metadata";
    const finish = (length) => {
      URL.revokeObjectURL(video.src);
      done(length);
    };
    video.onloadedmetadata = () => finish(video.duration);
    video.onerror = () => finish(0); // this browser cannot play it: the server reads how long it is
    video.src = URL.createObjectURL(file);
  });
}

/** What of a chosen file is sent, or {problem}. limits: bytes of a file, seconds of a video, longest side of a photo; words: what to say. */
export async function prepared(file, limits, words) {
  if (file.type.startsWith("video/")) {
    if ((await seconds(file)) > limits.seconds + 1) return { problem: words.long };
    return file.size > limits.bytes ? { problem: words.large } : { name: file.name, blob: file, video: true };
  }
  try {
    const blob = await asBlob(await drawn(file, limits.longest ?? LONGEST));
    return { name: file.name.replace(/\.[^.]*$/, "") + ".jpg", blob };
  } catch {
    return { problem: words.unreadable };
  }
}
