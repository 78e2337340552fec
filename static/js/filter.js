/* Keeps the address of a filtered list short: fields that filter nothing are not sent. */

export function enhance(form) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData.entries()]) {
      if (value === "") formData.delete(name);
    }
  });
}
