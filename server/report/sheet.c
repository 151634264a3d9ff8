/* SPDX-License-Identifier: EUPL-1.2
 * SPDX-FileCopyrightText: 2026 The Asservat authors */
#include "server/report/sheet.h"

#include <cairo-pdf.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/fail.h"

#define MM          (72.0 / 25.4)
#define SHORT       (210 * MM)
#define LONG        (297 * MM)
#define LEFT        (25 * MM)
#define RIGHT       (20 * MM)
#define TOP         (27 * MM) /* of the text; the running title stands above it */
#define BOTTOM      (22 * MM)
#define HEAD        (14 * MM)
#define FOOT        (16 * MM) /* from below */
#define GAP         6.0       /* between columns */
#define PAD         2.0       /* above and below a row */
#define LABEL_WIDTH (48 * MM)
#define PAGES_MAX   100000
#define PLACED                                                                                  \
    ASV_COLUMNS_MAX /* the layout of what is no row: it may be needed while one is half written \
                     */
#define FONTS "/usr/share/fonts/truetype/"

/* HD-007: these and no others, whatever else is installed. */
static const char *const files[] = {
    FONTS "liberation2/LiberationSans-Regular.ttf",
    FONTS "liberation2/LiberationSans-Bold.ttf",
    FONTS "liberation2/LiberationMono-Regular.ttf",
    FONTS "dejavu/DejaVuSans.ttf", /* for the letters that those do not have */
    FONTS "dejavu/DejaVuSans-Bold.ttf",
};

static const struct {
    const char *font;
    double grey, after; /* space behind the paragraph */
} styles[ASV_STYLES] = {
    [ASV_STYLE_BODY] = {"Liberation Sans 10", 0, 5},
    [ASV_STYLE_BOLD] = {"Liberation Sans Bold 10", 0, 5},
    [ASV_STYLE_SMALL] = {"Liberation Sans 8", 0, 3},
    [ASV_STYLE_SMALL_BOLD] = {"Liberation Sans Bold 8", 0, 3},
    [ASV_STYLE_FINE] = {"Liberation Sans 7.5", 0.3, 2},
    [ASV_STYLE_CODE] = {"Liberation Mono 7.5", 0, 4},
    [ASV_STYLE_TITLE] = {"Liberation Sans Bold 17", 0, 10},
    [ASV_STYLE_HEADING] = {"Liberation Sans Bold 12.5", 0, 5},
    [ASV_STYLE_SUBHEADING] = {"Liberation Sans Bold 10", 0, 4},
};

struct asv_sheet {
    const struct asv_sheet_job *job;
    double width, height; /* of the page */
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoContext *pango;
    PangoFontDescription *font[ASV_STYLES];
    PangoLayout *layout[PLACED + 1];
    unsigned page, pages; /* pages: 0 while they are counted */
    double y;
    int outline; /* the last heading's, for its subheadings */
    struct asv_column column[ASV_COLUMNS_MAX];
    size_t columns; /* of the table that is open, or 0 */
    enum asv_status status;
    struct asv_err *err;
};

struct output {
    unsigned char *data;
    size_t len, cap;
};

static cairo_status_t append(void *closure, const unsigned char *data, unsigned len)
{
    struct output *out = closure;
    if (out->cap - out->len < len) {
        size_t cap = (out->cap + len) * 2;
        unsigned char *grown = realloc(out->data, cap);
        if (grown == NULL) {
            return CAIRO_STATUS_WRITE_ERROR;
        }
        out->data = grown;
        out->cap = cap;
    }
    memcpy(out->data + out->len, data, len);
    out->len += len;
    return CAIRO_STATUS_SUCCESS;
}

/* One place of a row: where, and how far its text has come. */
struct place {
    PangoLayoutIter *iter; /* NULL: all is written */
    double x;
    enum asv_style style;
};

static double text_width(const struct asv_sheet *sheet)
{
    return sheet->width - LEFT - RIGHT;
}

static double text_bottom(const struct asv_sheet *sheet)
{
    return sheet->height - BOTTOM;
}

static PangoLayout *lay_out(struct asv_sheet *sheet, size_t column, enum asv_style style, const char *text,
                            double width)
{
    PangoLayout *layout = sheet->layout[column];
    pango_layout_set_font_description(layout, sheet->font[style]);
    pango_layout_set_width(layout, pango_units_from_double(width));
    pango_layout_set_text(layout, text != NULL ? text : "", -1);
    if (pango_layout_get_unknown_glyphs_count(layout) > 0 && sheet->status == ASV_OK) {
        sheet->status = asv_failf(sheet->err, ASV_E_UNSUPPORTED, "%s: the fonts lack a letter of \"%.80s\"",
                                  sheet->job->title, text);
    }
    return layout;
}

static void set_ink(struct asv_sheet *sheet, enum asv_style style)
{
    double grey = styles[style].grey;
    cairo_set_source_rgb(sheet->cairo, grey, grey, grey);
}

void asv_sheet_rule(struct asv_sheet *sheet, double x, double y, double width)
{
    if (sheet->pages > 0) {
        cairo_set_source_rgb(sheet->cairo, 0.55, 0.55, 0.55);
        cairo_set_line_width(sheet->cairo, 0.5);
        cairo_move_to(sheet->cairo, x, y);
        cairo_line_to(sheet->cairo, x + width, y);
        cairo_stroke(sheet->cairo);
    }
}

double asv_sheet_place(struct asv_sheet *sheet, enum asv_style style, double x, double y, double width,
                       const char *text)
{
    PangoRectangle box;
    PangoLayout *layout = lay_out(sheet, PLACED, style, text, width);
    pango_layout_get_extents(layout, NULL, &box);
    if (sheet->pages > 0) {
        set_ink(sheet, style);
        cairo_move_to(sheet->cairo, x, y);
        pango_cairo_show_layout(sheet->cairo, layout);
    }
    return pango_units_to_double(box.height);
}

/* HD-008. In one line, cut with dots where it is too long: the whole of it stands in the document itself. */
static void place_line(struct asv_sheet *sheet, double y, double share, PangoAlignment side, const char *text)
{
    PangoLayout *layout = sheet->layout[PLACED];
    double width = text_width(sheet) * share;
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_alignment(layout, side);
    (void)asv_sheet_place(sheet, ASV_STYLE_FINE,
                          side == PANGO_ALIGN_RIGHT ? LEFT + text_width(sheet) - width : LEFT, y, width,
                          text);
    pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
}

static void begin_page(struct asv_sheet *sheet)
{
    char number[64];
    double foot = sheet->height - FOOT;
    if (sheet->page > 0 && sheet->pages > 0) {
        cairo_show_page(sheet->cairo);
    }
    sheet->page++;
    sheet->y = TOP;
    if (sheet->page > PAGES_MAX && sheet->status == ASV_OK) {
        sheet->status =
            asv_failf(sheet->err, ASV_E_LIMIT, "%s: more than %d pages", sheet->job->title, PAGES_MAX);
    }
    if (!sheet->job->letter || sheet->page > 1) {
        place_line(sheet, HEAD, 0.5, PANGO_ALIGN_LEFT, sheet->job->title);
        place_line(sheet, HEAD, 0.48, PANGO_ALIGN_RIGHT, sheet->job->subject);
        asv_sheet_rule(sheet, LEFT, HEAD + 13, text_width(sheet));
    }
    (void)snprintf(number, sizeof number, "%s %u %s %u", sheet->job->page, sheet->page, sheet->job->of,
                   sheet->pages);
    asv_sheet_rule(sheet, LEFT, foot - 4, text_width(sheet));
    place_line(sheet, foot, 0.78, PANGO_ALIGN_LEFT, sheet->job->footer);
    place_line(sheet, foot, 0.2, PANGO_ALIGN_RIGHT, number);
}

/* Writes lines of the place from y down to the text's end; returns the height that they take. */
static double write_lines(struct asv_sheet *sheet, struct place *place, double y)
{
    double first = -1, bottom = 0;
    set_ink(sheet, place->style);
    while (place->iter != NULL) {
        PangoRectangle box;
        pango_layout_iter_get_line_extents(place->iter, NULL, &box);
        double top = pango_units_to_double(box.y), end = top + pango_units_to_double(box.height);
        first = first < 0 ? top : first;
        if (y + end - first > text_bottom(sheet) && y > TOP) {
            break;
        }
        bottom = end - first;
        if (sheet->pages > 0) {
            cairo_move_to(sheet->cairo, place->x + pango_units_to_double(box.x),
                          y - first + pango_units_to_double(pango_layout_iter_get_baseline(place->iter)));
            pango_cairo_show_layout_line(sheet->cairo, pango_layout_iter_get_line_readonly(place->iter));
        }
        if (y + bottom > text_bottom(sheet) || !pango_layout_iter_next_line(place->iter)) {
            pango_layout_iter_free(place->iter);
            place->iter = NULL;
        }
    }
    return bottom;
}

static void write_titles(struct asv_sheet *sheet);

/* HD-008. Cells side by side, from page to page if they must. A row that fits on a page is not broken. */
static void write_cells(struct asv_sheet *sheet, const struct asv_cell *cells, const double *x,
                        const double *widths, size_t count)
{
    struct place places[ASV_COLUMNS_MAX];
    double height = 0;
    for (size_t i = 0; i < count; i++) {
        PangoRectangle box;
        PangoLayout *layout = lay_out(sheet, i, cells[i].style, cells[i].text, widths[i]);
        pango_layout_get_extents(layout, NULL, &box);
        double own = pango_units_to_double(box.height);
        height = own > height ? own : height;
        places[i] = (struct place){pango_layout_get_iter(layout), x[i], cells[i].style};
    }
    if (sheet->y + height > text_bottom(sheet) && height < (text_bottom(sheet) - TOP) / 2) {
        begin_page(sheet);
        write_titles(sheet);
    }
    for (bool more = true; more;) {
        double used = 0;
        more = false;
        for (size_t i = 0; i < count; i++) {
            double own = write_lines(sheet, &places[i], sheet->y);
            used = own > used ? own : used;
            more = more || places[i].iter != NULL;
        }
        sheet->y += used;
        if (more) {
            begin_page(sheet);
            write_titles(sheet);
        }
    }
}

static void table_places(const struct asv_sheet *sheet, double *x, double *widths)
{
    double sum = 0, at = LEFT, all = text_width(sheet) - GAP * (double)(sheet->columns - 1);
    for (size_t i = 0; i < sheet->columns; i++) {
        sum += sheet->column[i].share;
    }
    for (size_t i = 0; i < sheet->columns; i++) {
        widths[i] = all * sheet->column[i].share / sum;
        x[i] = at;
        at += widths[i] + GAP;
    }
}

/* The table's titles, again on each of its pages. */
static void write_titles(struct asv_sheet *sheet)
{
    double x[ASV_COLUMNS_MAX], widths[ASV_COLUMNS_MAX], height = 0;
    if (sheet->columns == 0) {
        return;
    }
    table_places(sheet, x, widths);
    for (size_t i = 0; i < sheet->columns; i++) {
        double own =
            asv_sheet_place(sheet, ASV_STYLE_SMALL_BOLD, x[i], sheet->y, widths[i], sheet->column[i].title);
        height = own > height ? own : height;
    }
    sheet->y += height + PAD;
    asv_sheet_rule(sheet, LEFT, sheet->y, text_width(sheet));
    sheet->y += PAD;
}

void asv_sheet_text(struct asv_sheet *sheet, enum asv_style style, const char *text)
{
    double x = LEFT, width = text_width(sheet);
    struct asv_cell cell = {text, style};
    write_cells(sheet, &cell, &x, &width, 1);
    sheet->y += styles[style].after;
}

void asv_sheet_need(struct asv_sheet *sheet, double height)
{
    if (sheet->y + height > text_bottom(sheet)) {
        begin_page(sheet);
        write_titles(sheet);
    }
}

void asv_sheet_heading(struct asv_sheet *sheet, enum asv_style style, const char *text)
{
    asv_sheet_need(sheet, 38 * MM); /* no heading without some of its text, or a table's first row */
    if (style != ASV_STYLE_TITLE && sheet->y > TOP) {
        sheet->y += style == ASV_STYLE_HEADING ? 10 : 6;
    }
    if (sheet->pages > 0 && style != ASV_STYLE_TITLE) {
        char where[80];
        (void)snprintf(where, sizeof where, "page=%u pos=[%d %d]", sheet->page, (int)LEFT, (int)sheet->y);
        int outline = cairo_pdf_surface_add_outline(
            sheet->surface, style == ASV_STYLE_SUBHEADING ? sheet->outline : CAIRO_PDF_OUTLINE_ROOT, text,
            where, 0);
        sheet->outline = style == ASV_STYLE_HEADING ? outline : sheet->outline;
    }
    asv_sheet_text(sheet, style, text);
}

void asv_sheet_item(struct asv_sheet *sheet, const char *mark, const char *text)
{
    double x[2] = {LEFT, LEFT + 16}, widths[2] = {16, text_width(sheet) - 16};
    struct asv_cell cells[2] = {{mark, ASV_STYLE_BODY}, {text, ASV_STYLE_BODY}};
    write_cells(sheet, cells, x, widths, 2);
    sheet->y += 3;
}

void asv_sheet_pair(struct asv_sheet *sheet, const char *label, const char *value, enum asv_style style)
{
    double x[2] = {LEFT, LEFT + LABEL_WIDTH + GAP};
    double widths[2] = {LABEL_WIDTH, text_width(sheet) - LABEL_WIDTH - GAP};
    struct asv_cell cells[2] = {{label, ASV_STYLE_SMALL}, {value, style}};
    write_cells(sheet, cells, x, widths, 2);
    sheet->y += 2;
}

void asv_sheet_space(struct asv_sheet *sheet, double height)
{
    sheet->y += height;
}

void asv_sheet_table(struct asv_sheet *sheet, const struct asv_column *columns, size_t count)
{
    asv_sheet_need(sheet, 15 * MM);
    memcpy(sheet->column, columns, count * sizeof *columns);
    sheet->columns = count;
    write_titles(sheet);
}

void asv_sheet_row(struct asv_sheet *sheet, const struct asv_cell *cells)
{
    double x[ASV_COLUMNS_MAX], widths[ASV_COLUMNS_MAX];
    table_places(sheet, x, widths);
    write_cells(sheet, cells, x, widths, sheet->columns);
    sheet->y += PAD;
    asv_sheet_rule(sheet, LEFT, sheet->y, text_width(sheet));
    sheet->y += PAD;
}

void asv_sheet_table_end(struct asv_sheet *sheet)
{
    sheet->columns = 0;
    sheet->y += 6;
}

void asv_sheet_go(struct asv_sheet *sheet, double y)
{
    sheet->y = y;
}

double asv_sheet_at(const struct asv_sheet *sheet)
{
    return sheet->y;
}

struct asv_fonts {
    FcConfig *config;
    PangoFontMap *map;
};

void asv_fonts_close(struct asv_fonts *fonts)
{
    if (fonts != NULL) {
        if (fonts->map != NULL) {
            g_object_unref(fonts->map);
        }
        if (fonts->config != NULL) {
            FcConfigDestroy(fonts->config);
        }
        free(fonts);
    }
}

enum asv_status asv_fonts_open(struct asv_fonts **out, struct asv_err *err)
{
    struct asv_fonts *fonts = calloc(1, sizeof *fonts);
    if (fonts == NULL || (fonts->config = FcConfigCreate()) == NULL) {
        asv_fonts_close(fonts);
        return asv_fail(err, ASV_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (!FcConfigAppFontAddFile(fonts->config, (const FcChar8 *)files[i])) {
            asv_fonts_close(fonts);
            return asv_failf(err, ASV_E_USAGE, "%s is not installed", files[i]);
        }
    }
    fonts->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts->map), fonts->config);
    *out = fonts;
    return ASV_OK;
}

static void make_layouts(struct asv_sheet *sheet)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(sheet->pango, options);
    pango_cairo_context_set_resolution(sheet->pango, 72); /* a point of the font is one of the page */
    pango_context_set_language(sheet->pango, pango_language_from_string("de"));
    pango_context_set_base_dir(sheet->pango, PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(sheet->pango, FALSE);
    cairo_font_options_destroy(options);
    for (size_t i = 0; i < ASV_STYLES; i++) {
        sheet->font[i] = pango_font_description_from_string(styles[i].font);
    }
    PangoAttrList *plain = pango_attr_list_new();
    pango_attr_list_insert(plain, pango_attr_insert_hyphens_new(FALSE)); /* a digest has none */
    for (size_t i = 0; i <= PLACED; i++) {
        sheet->layout[i] = pango_layout_new(sheet->pango);
        pango_layout_set_attributes(sheet->layout[i], plain);
        pango_layout_set_wrap(sheet->layout[i], PANGO_WRAP_WORD_CHAR);
        pango_layout_set_auto_dir(sheet->layout[i], FALSE);
    }
    pango_attr_list_unref(plain);
}

static void free_layouts(struct asv_sheet *sheet)
{
    for (size_t i = 0; i < ASV_STYLES; i++) {
        pango_font_description_free(sheet->font[i]);
    }
    for (size_t i = 0; i <= PLACED; i++) {
        g_object_unref(sheet->layout[i]);
    }
    g_object_unref(sheet->pango);
}

static void say_properties(cairo_surface_t *surface, const struct asv_sheet_job *job)
{
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, job->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR, job->author);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, job->subject);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "Asservat");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, job->made_at);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, job->made_at);
}

/* Builds it once; with pages 0 only to count them. */
static enum asv_status build(struct asv_sheet *sheet, PangoFontMap *map, struct output *out)
{
    sheet->surface = cairo_pdf_surface_create_for_stream(append, out, sheet->width, sheet->height);
    say_properties(sheet->surface, sheet->job);
    sheet->cairo = cairo_create(sheet->surface);
    sheet->pango = pango_font_map_create_context(map);
    make_layouts(sheet);
    sheet->page = 0;
    begin_page(sheet);
    sheet->job->build(sheet, sheet->job->context);
    free_layouts(sheet);
    if (sheet->pages > 0) {
        cairo_show_page(sheet->cairo);
    }
    cairo_destroy(sheet->cairo);
    cairo_surface_finish(sheet->surface);
    cairo_status_t drawn = cairo_surface_status(sheet->surface);
    cairo_surface_destroy(sheet->surface);
    if (sheet->status == ASV_OK && drawn != CAIRO_STATUS_SUCCESS) {
        sheet->status = asv_failf(sheet->err, ASV_E_INTERNAL, "%s: Cairo: %s", sheet->job->title,
                                  cairo_status_to_string(drawn));
    }
    return sheet->status;
}

enum asv_status asv_sheet_run(const struct asv_sheet_job *job, const struct asv_fonts *fonts,
                              unsigned char **pdf, size_t *len, struct asv_err *err)
{
    struct output out = {0};
    struct asv_sheet sheet = {.job = job,
                              .width = job->landscape ? LONG : SHORT,
                              .height = job->landscape ? SHORT : LONG,
                              .err = err};
    enum asv_status status = build(&sheet, fonts->map, &out);
    if (status == ASV_OK) {
        out.len = 0;
        sheet.pages = sheet.page;
        status = build(&sheet, fonts->map, &out);
    }
    if (status != ASV_OK) {
        free(out.data);
        return status;
    }
    *pdf = out.data;
    *len = out.len;
    return ASV_OK;
}
