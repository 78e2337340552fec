/* The filters of a list: fields that filter nothing are not sent, so that its address stays short, and where the live
   answer fails, the form is sent as without JavaScript, so that the person sees why. */

export function enhance(form) {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData.entries()]) {
      if (value === "") formData.delete(name);
    }
  });
  form.addEventListener("htmx:response:error", () => form.submit());
}
