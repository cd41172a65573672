"""The chat in a browser: ask on the left, read the source on the right. `app.py` alone imports gradio.

app.py         the Gradio page, its events and its launch
events.py      what the page can ask of the server, as plain functions
web.py         what stands before Gradio: policy headers, the page's own files, who may call, lockout of guessers
auth.py        PILCROW_AUTH in, accounts out
library.py     the assistant in use, swapped whole when the index has a new generation
asking.py      a question in, events out: progress, claims, the answer, or one line that says why not
answer.py, reader.py, examples.py
               what is shown, as HTML of our own making: text of documents and models is escaped
uploads.py, worker.py
               files in, a new generation out, in a process of its own
feedback.py, export.py
               what people keep: judgements as gold questions, conversations as files
static/        the page: HTML, CSS, JavaScript
"""
