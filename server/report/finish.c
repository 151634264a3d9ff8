/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/finish.h"

#include <fcntl.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <string.h>

#include "server/base/cleanup.h"
#include "server/base/fail.h"
#include "server/base/io.h"

#define PROFILE       "/usr/share/color/icc/sRGB.icc"
#define PROFILE_BYTES 65536
#define XMP_BYTES     16384 /* three texts of 400 bytes, each of them escaped */
#define ESCAPED_BYTES 4096

/* HD-009: named as what PDF/A-2b asks for; whether it is that was not validated, and the documents say so. */
static const char xmp[] =
    "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
    "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
    "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
    "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
    "<dc:format>application/pdf</dc:format>\n"
    "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>\n"
    "<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>\n"
    "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:description>\n"
    "<dc:language><rdf:Bag><rdf:li>de</rdf:li></rdf:Bag></dc:language>\n"
    "<xmp:CreatorTool>Asservat</xmp:CreatorTool>\n"
    "<xmp:CreateDate>%s</xmp:CreateDate>\n"
    "<xmp:ModifyDate>%s</xmp:ModifyDate>\n"
    "<pdf:Producer>Asservat</pdf:Producer>\n"
    "<pdfaid:part>2</pdfaid:part>\n"
    "<pdfaid:conformance>B</pdfaid:conformance>\n"
    "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>\n";

static void escape(const char *text, char *out)
{
    size_t used = 0;
    for (; *text != '\0' && used + 8 < ESCAPED_BYTES; text++) {
        const char *as = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        if (as != NULL) {
            used += (size_t)snprintf(out + used, ESCAPED_BYTES - used, "%s", as);
        } else {
            out[used++] = *text;
        }
    }
    out[used] = '\0';
}

static qpdf_oh new_stream(qpdf_data qpdf, const void *data, size_t len)
{
    qpdf_oh stream = qpdf_oh_new_stream(qpdf);
    qpdf_oh_replace_stream_data(qpdf, stream, data, len, qpdf_oh_new_null(qpdf), qpdf_oh_new_null(qpdf));
    return stream;
}

static void add_xmp(qpdf_data qpdf, qpdf_oh root, const struct asv_pdf *pdf)
{
    char title[ESCAPED_BYTES], author[ESCAPED_BYTES], subject[ESCAPED_BYTES], text[XMP_BYTES];
    escape(pdf->title, title);
    escape(pdf->author, author);
    escape(pdf->subject, subject);
    int len = snprintf(text, sizeof text, xmp, title, author, subject, pdf->made_at, pdf->made_at);
    qpdf_oh stream = new_stream(qpdf, text, (size_t)len);
    qpdf_oh dict = qpdf_oh_get_dict(qpdf, stream);
    qpdf_oh_replace_key(qpdf, dict, "/Type", qpdf_oh_new_name(qpdf, "/Metadata"));
    qpdf_oh_replace_key(qpdf, dict, "/Subtype", qpdf_oh_new_name(qpdf, "/XML"));
    qpdf_oh_replace_key(qpdf, root, "/Metadata", stream);
}

static enum asv_status add_colours(qpdf_data qpdf, qpdf_oh root, struct asv_err *err)
{
    unsigned char profile[PROFILE_BYTES];
    size_t len = 0;
    enum asv_status status = asv_io_read_file(AT_FDCWD, PROFILE, profile, sizeof profile, &len, err);
    if (status != ASV_OK) {
        return status == ASV_E_NOT_FOUND ? asv_fail(err, ASV_E_USAGE, PROFILE " is not installed") : status;
    }
    qpdf_oh stream = new_stream(qpdf, profile, len);
    qpdf_oh_replace_key(qpdf, qpdf_oh_get_dict(qpdf, stream), "/N", qpdf_oh_new_integer(qpdf, 3));
    qpdf_oh intent = qpdf_oh_new_dictionary(qpdf), intents = qpdf_oh_new_array(qpdf);
    qpdf_oh_replace_key(qpdf, intent, "/Type", qpdf_oh_new_name(qpdf, "/OutputIntent"));
    qpdf_oh_replace_key(qpdf, intent, "/S", qpdf_oh_new_name(qpdf, "/GTS_PDFA1"));
    qpdf_oh_replace_key(qpdf, intent, "/OutputConditionIdentifier", qpdf_oh_new_string(qpdf, "sRGB"));
    qpdf_oh_replace_key(qpdf, intent, "/Info", qpdf_oh_new_string(qpdf, "sRGB"));
    qpdf_oh_replace_key(qpdf, intent, "/DestOutputProfile", stream);
    qpdf_oh_append_item(qpdf, intents, qpdf_make_indirect_object(qpdf, intent));
    qpdf_oh_replace_key(qpdf, root, "/OutputIntents", intents);
    return ASV_OK;
}

static enum asv_status add_all(qpdf_data qpdf, const struct asv_pdf *pdf, struct asv_err *err)
{
    qpdf_oh root = qpdf_get_root(qpdf), viewer = qpdf_oh_new_dictionary(qpdf);
    add_xmp(qpdf, root, pdf);
    qpdf_oh_replace_key(qpdf, root, "/Lang", qpdf_oh_new_string(qpdf, "de-DE"));
    qpdf_oh_replace_key(qpdf, viewer, "/DisplayDocTitle", qpdf_oh_new_bool(qpdf, QPDF_TRUE));
    qpdf_oh_replace_key(qpdf, root, "/ViewerPreferences", viewer);
    qpdf_set_info_key(qpdf, "/Producer", "Asservat"); /* not which version of Cairo */
    return add_colours(qpdf, root, err);
}

static enum asv_status finish(qpdf_data qpdf, const struct asv_pdf *pdf, int fd, struct asv_err *err)
{
    qpdf_set_suppress_warnings(qpdf, QPDF_TRUE);
    if ((qpdf_read_memory(qpdf, pdf->title, (const char *)pdf->data, pdf->len, NULL) & QPDF_ERRORS) != 0) {
        return asv_failf(err, ASV_E_INTERNAL, "%s: qpdf: %s", pdf->title,
                         qpdf_get_error_full_text(qpdf, qpdf_get_error(qpdf)));
    }
    enum asv_status status = add_all(qpdf, pdf, err);
    if (status != ASV_OK) {
        return status;
    }
    if ((qpdf_init_write_memory(qpdf) & QPDF_ERRORS) == 0) {
        qpdf_set_deterministic_ID(qpdf, QPDF_TRUE);
        qpdf_set_object_stream_mode(qpdf, qpdf_o_generate);
        qpdf_set_newline_before_endstream(qpdf, QPDF_TRUE);
        if ((qpdf_write(qpdf) & QPDF_ERRORS) == 0) {
            return asv_io_pwrite(fd, qpdf_get_buffer(qpdf), qpdf_get_buffer_length(qpdf), 0, pdf->title, err);
        }
    }
    return asv_failf(err, ASV_E_INTERNAL, "%s: qpdf: %s", pdf->title,
                     qpdf_get_error_full_text(qpdf, qpdf_get_error(qpdf)));
}

enum asv_status asv_pdf_finish(const struct asv_pdf *pdf, int fd, struct asv_err *err)
{
    qpdf_data qpdf = qpdf_init();
    enum asv_status status = finish(qpdf, pdf, fd, err);
    qpdf_cleanup(&qpdf);
    return status;
}
