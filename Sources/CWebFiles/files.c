#include "CWebFiles.h"

// The compiler copies each file of `page/` into the program. A new file needs its lines here and in the table below; a test
// finds the one that was forgotten.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char file_app_webmanifest[] = {
#embed "page/app.webmanifest"
};
static const unsigned char file_icon_svg[] = {
#embed "page/icon.svg"
};
static const unsigned char file_index_html[] = {
#embed "page/index.html"
};
static const unsigned char file_js_account_sign_in_js[] = {
#embed "page/js/account/sign-in.js"
};
static const unsigned char file_js_account_top_bar_js[] = {
#embed "page/js/account/top-bar.js"
};
static const unsigned char file_js_core_account_js[] = {
#embed "page/js/core/account.js"
};
static const unsigned char file_js_core_api_js[] = {
#embed "page/js/core/api.js"
};
static const unsigned char file_js_core_buttons_js[] = {
#embed "page/js/core/buttons.js"
};
static const unsigned char file_js_core_dialog_js[] = {
#embed "page/js/core/dialog.js"
};
static const unsigned char file_js_core_dom_js[] = {
#embed "page/js/core/dom.js"
};
static const unsigned char file_js_core_fields_js[] = {
#embed "page/js/core/fields.js"
};
static const unsigned char file_js_core_format_js[] = {
#embed "page/js/core/format.js"
};
static const unsigned char file_js_core_i18n_js[] = {
#embed "page/js/core/i18n.js"
};
static const unsigned char file_js_core_icons_js[] = {
#embed "page/js/core/icons.js"
};
static const unsigned char file_js_core_jobs_js[] = {
#embed "page/js/core/jobs.js"
};
static const unsigned char file_js_core_live_js[] = {
#embed "page/js/core/live.js"
};
static const unsigned char file_js_core_menu_js[] = {
#embed "page/js/core/menu.js"
};
static const unsigned char file_js_core_meter_js[] = {
#embed "page/js/core/meter.js"
};
static const unsigned char file_js_core_models_js[] = {
#embed "page/js/core/models.js"
};
static const unsigned char file_js_core_notice_js[] = {
#embed "page/js/core/notice.js"
};
static const unsigned char file_js_core_router_js[] = {
#embed "page/js/core/router.js"
};
static const unsigned char file_js_core_strings_de_js[] = {
#embed "page/js/core/strings.de.js"
};
static const unsigned char file_js_core_strings_en_js[] = {
#embed "page/js/core/strings.en.js"
};
static const unsigned char file_js_core_theme_js[] = {
#embed "page/js/core/theme.js"
};
static const unsigned char file_js_core_toast_js[] = {
#embed "page/js/core/toast.js"
};
static const unsigned char file_js_library_bulk_bar_js[] = {
#embed "page/js/library/bulk-bar.js"
};
static const unsigned char file_js_library_bulk_export_js[] = {
#embed "page/js/library/bulk-export.js"
};
static const unsigned char file_js_library_deleting_js[] = {
#embed "page/js/library/deleting.js"
};
static const unsigned char file_js_library_drops_js[] = {
#embed "page/js/library/drops.js"
};
static const unsigned char file_js_library_filters_js[] = {
#embed "page/js/library/filters.js"
};
static const unsigned char file_js_library_import_address_js[] = {
#embed "page/js/library/import-address.js"
};
static const unsigned char file_js_library_imports_js[] = {
#embed "page/js/library/imports.js"
};
static const unsigned char file_js_library_intake_options_js[] = {
#embed "page/js/library/intake-options.js"
};
static const unsigned char file_js_library_job_dialogs_js[] = {
#embed "page/js/library/job-dialogs.js"
};
static const unsigned char file_js_library_job_list_js[] = {
#embed "page/js/library/job-list.js"
};
static const unsigned char file_js_library_job_row_js[] = {
#embed "page/js/library/job-row.js"
};
static const unsigned char file_js_library_level_meter_js[] = {
#embed "page/js/library/level-meter.js"
};
static const unsigned char file_js_library_library_page_js[] = {
#embed "page/js/library/library-page.js"
};
static const unsigned char file_js_library_list_order_js[] = {
#embed "page/js/library/list-order.js"
};
static const unsigned char file_js_library_list_place_js[] = {
#embed "page/js/library/list-place.js"
};
static const unsigned char file_js_library_pasting_js[] = {
#embed "page/js/library/pasting.js"
};
static const unsigned char file_js_library_recorder_js[] = {
#embed "page/js/library/recorder.js"
};
static const unsigned char file_js_library_send_pieces_js[] = {
#embed "page/js/library/send-pieces.js"
};
static const unsigned char file_js_library_uploads_js[] = {
#embed "page/js/library/uploads.js"
};
static const unsigned char file_js_main_js[] = {
#embed "page/js/main.js"
};
static const unsigned char file_js_settings_account_section_js[] = {
#embed "page/js/settings/account-section.js"
};
static const unsigned char file_js_settings_keeping_section_js[] = {
#embed "page/js/settings/keeping-section.js"
};
static const unsigned char file_js_settings_keys_section_js[] = {
#embed "page/js/settings/keys-section.js"
};
static const unsigned char file_js_settings_models_section_js[] = {
#embed "page/js/settings/models-section.js"
};
static const unsigned char file_js_settings_option_fields_js[] = {
#embed "page/js/settings/option-fields.js"
};
static const unsigned char file_js_settings_profiles_section_js[] = {
#embed "page/js/settings/profiles-section.js"
};
static const unsigned char file_js_settings_queue_section_js[] = {
#embed "page/js/settings/queue-section.js"
};
static const unsigned char file_js_settings_secret_dialog_js[] = {
#embed "page/js/settings/secret-dialog.js"
};
static const unsigned char file_js_settings_settings_page_js[] = {
#embed "page/js/settings/settings-page.js"
};
static const unsigned char file_js_settings_users_section_js[] = {
#embed "page/js/settings/users-section.js"
};
static const unsigned char file_js_settings_webhooks_section_js[] = {
#embed "page/js/settings/webhooks-section.js"
};
static const unsigned char file_js_transcript_align_js[] = {
#embed "page/js/transcript/align.js"
};
static const unsigned char file_js_transcript_changes_js[] = {
#embed "page/js/transcript/changes.js"
};
static const unsigned char file_js_transcript_copying_js[] = {
#embed "page/js/transcript/copying.js"
};
static const unsigned char file_js_transcript_diarization_js[] = {
#embed "page/js/transcript/diarization.js"
};
static const unsigned char file_js_transcript_diarize_form_js[] = {
#embed "page/js/transcript/diarize-form.js"
};
static const unsigned char file_js_transcript_document_js[] = {
#embed "page/js/transcript/document.js"
};
static const unsigned char file_js_transcript_drafts_js[] = {
#embed "page/js/transcript/drafts.js"
};
static const unsigned char file_js_transcript_editor_js[] = {
#embed "page/js/transcript/editor.js"
};
static const unsigned char file_js_transcript_export_options_js[] = {
#embed "page/js/transcript/export-options.js"
};
static const unsigned char file_js_transcript_export_panel_js[] = {
#embed "page/js/transcript/export-panel.js"
};
static const unsigned char file_js_transcript_facts_panel_js[] = {
#embed "page/js/transcript/facts-panel.js"
};
static const unsigned char file_js_transcript_find_bar_js[] = {
#embed "page/js/transcript/find-bar.js"
};
static const unsigned char file_js_transcript_following_js[] = {
#embed "page/js/transcript/following.js"
};
static const unsigned char file_js_transcript_highlights_js[] = {
#embed "page/js/transcript/highlights.js"
};
static const unsigned char file_js_transcript_history_panel_js[] = {
#embed "page/js/transcript/history-panel.js"
};
static const unsigned char file_js_transcript_panel_js[] = {
#embed "page/js/transcript/panel.js"
};
static const unsigned char file_js_transcript_player_js[] = {
#embed "page/js/transcript/player.js"
};
static const unsigned char file_js_transcript_run_state_js[] = {
#embed "page/js/transcript/run-state.js"
};
static const unsigned char file_js_transcript_shortcuts_js[] = {
#embed "page/js/transcript/shortcuts.js"
};
static const unsigned char file_js_transcript_speaker_tag_js[] = {
#embed "page/js/transcript/speaker-tag.js"
};
static const unsigned char file_js_transcript_speakers_panel_js[] = {
#embed "page/js/transcript/speakers-panel.js"
};
static const unsigned char file_js_transcript_text_view_js[] = {
#embed "page/js/transcript/text-view.js"
};
static const unsigned char file_js_transcript_toolbar_js[] = {
#embed "page/js/transcript/toolbar.js"
};
static const unsigned char file_js_transcript_transcript_page_js[] = {
#embed "page/js/transcript/transcript-page.js"
};
static const unsigned char file_js_transcript_waveform_js[] = {
#embed "page/js/transcript/waveform.js"
};
static const unsigned char file_style_base_css[] = {
#embed "page/style/base.css"
};
static const unsigned char file_style_library_css[] = {
#embed "page/style/library.css"
};
static const unsigned char file_style_parts_css[] = {
#embed "page/style/parts.css"
};
static const unsigned char file_style_transcript_css[] = {
#embed "page/style/transcript.css"
};

static const WebFile files[] = {
    {"app.webmanifest", file_app_webmanifest, sizeof file_app_webmanifest},
    {"icon.svg", file_icon_svg, sizeof file_icon_svg},
    {"index.html", file_index_html, sizeof file_index_html},
    {"js/account/sign-in.js", file_js_account_sign_in_js, sizeof file_js_account_sign_in_js},
    {"js/account/top-bar.js", file_js_account_top_bar_js, sizeof file_js_account_top_bar_js},
    {"js/core/account.js", file_js_core_account_js, sizeof file_js_core_account_js},
    {"js/core/api.js", file_js_core_api_js, sizeof file_js_core_api_js},
    {"js/core/buttons.js", file_js_core_buttons_js, sizeof file_js_core_buttons_js},
    {"js/core/dialog.js", file_js_core_dialog_js, sizeof file_js_core_dialog_js},
    {"js/core/dom.js", file_js_core_dom_js, sizeof file_js_core_dom_js},
    {"js/core/fields.js", file_js_core_fields_js, sizeof file_js_core_fields_js},
    {"js/core/format.js", file_js_core_format_js, sizeof file_js_core_format_js},
    {"js/core/i18n.js", file_js_core_i18n_js, sizeof file_js_core_i18n_js},
    {"js/core/icons.js", file_js_core_icons_js, sizeof file_js_core_icons_js},
    {"js/core/jobs.js", file_js_core_jobs_js, sizeof file_js_core_jobs_js},
    {"js/core/live.js", file_js_core_live_js, sizeof file_js_core_live_js},
    {"js/core/menu.js", file_js_core_menu_js, sizeof file_js_core_menu_js},
    {"js/core/meter.js", file_js_core_meter_js, sizeof file_js_core_meter_js},
    {"js/core/models.js", file_js_core_models_js, sizeof file_js_core_models_js},
    {"js/core/notice.js", file_js_core_notice_js, sizeof file_js_core_notice_js},
    {"js/core/router.js", file_js_core_router_js, sizeof file_js_core_router_js},
    {"js/core/strings.de.js", file_js_core_strings_de_js, sizeof file_js_core_strings_de_js},
    {"js/core/strings.en.js", file_js_core_strings_en_js, sizeof file_js_core_strings_en_js},
    {"js/core/theme.js", file_js_core_theme_js, sizeof file_js_core_theme_js},
    {"js/core/toast.js", file_js_core_toast_js, sizeof file_js_core_toast_js},
    {"js/library/bulk-bar.js", file_js_library_bulk_bar_js, sizeof file_js_library_bulk_bar_js},
    {"js/library/bulk-export.js", file_js_library_bulk_export_js, sizeof file_js_library_bulk_export_js},
    {"js/library/deleting.js", file_js_library_deleting_js, sizeof file_js_library_deleting_js},
    {"js/library/drops.js", file_js_library_drops_js, sizeof file_js_library_drops_js},
    {"js/library/filters.js", file_js_library_filters_js, sizeof file_js_library_filters_js},
    {"js/library/import-address.js", file_js_library_import_address_js, sizeof file_js_library_import_address_js},
    {"js/library/imports.js", file_js_library_imports_js, sizeof file_js_library_imports_js},
    {"js/library/intake-options.js", file_js_library_intake_options_js, sizeof file_js_library_intake_options_js},
    {"js/library/job-dialogs.js", file_js_library_job_dialogs_js, sizeof file_js_library_job_dialogs_js},
    {"js/library/job-list.js", file_js_library_job_list_js, sizeof file_js_library_job_list_js},
    {"js/library/job-row.js", file_js_library_job_row_js, sizeof file_js_library_job_row_js},
    {"js/library/level-meter.js", file_js_library_level_meter_js, sizeof file_js_library_level_meter_js},
    {"js/library/library-page.js", file_js_library_library_page_js, sizeof file_js_library_library_page_js},
    {"js/library/list-order.js", file_js_library_list_order_js, sizeof file_js_library_list_order_js},
    {"js/library/list-place.js", file_js_library_list_place_js, sizeof file_js_library_list_place_js},
    {"js/library/pasting.js", file_js_library_pasting_js, sizeof file_js_library_pasting_js},
    {"js/library/recorder.js", file_js_library_recorder_js, sizeof file_js_library_recorder_js},
    {"js/library/send-pieces.js", file_js_library_send_pieces_js, sizeof file_js_library_send_pieces_js},
    {"js/library/uploads.js", file_js_library_uploads_js, sizeof file_js_library_uploads_js},
    {"js/main.js", file_js_main_js, sizeof file_js_main_js},
    {"js/settings/account-section.js", file_js_settings_account_section_js, sizeof file_js_settings_account_section_js},
    {"js/settings/keeping-section.js", file_js_settings_keeping_section_js, sizeof file_js_settings_keeping_section_js},
    {"js/settings/keys-section.js", file_js_settings_keys_section_js, sizeof file_js_settings_keys_section_js},
    {"js/settings/models-section.js", file_js_settings_models_section_js, sizeof file_js_settings_models_section_js},
    {"js/settings/option-fields.js", file_js_settings_option_fields_js, sizeof file_js_settings_option_fields_js},
    {"js/settings/profiles-section.js", file_js_settings_profiles_section_js, sizeof file_js_settings_profiles_section_js},
    {"js/settings/queue-section.js", file_js_settings_queue_section_js, sizeof file_js_settings_queue_section_js},
    {"js/settings/secret-dialog.js", file_js_settings_secret_dialog_js, sizeof file_js_settings_secret_dialog_js},
    {"js/settings/settings-page.js", file_js_settings_settings_page_js, sizeof file_js_settings_settings_page_js},
    {"js/settings/users-section.js", file_js_settings_users_section_js, sizeof file_js_settings_users_section_js},
    {"js/settings/webhooks-section.js", file_js_settings_webhooks_section_js, sizeof file_js_settings_webhooks_section_js},
    {"js/transcript/align.js", file_js_transcript_align_js, sizeof file_js_transcript_align_js},
    {"js/transcript/changes.js", file_js_transcript_changes_js, sizeof file_js_transcript_changes_js},
    {"js/transcript/copying.js", file_js_transcript_copying_js, sizeof file_js_transcript_copying_js},
    {"js/transcript/diarization.js", file_js_transcript_diarization_js, sizeof file_js_transcript_diarization_js},
    {"js/transcript/diarize-form.js", file_js_transcript_diarize_form_js, sizeof file_js_transcript_diarize_form_js},
    {"js/transcript/document.js", file_js_transcript_document_js, sizeof file_js_transcript_document_js},
    {"js/transcript/drafts.js", file_js_transcript_drafts_js, sizeof file_js_transcript_drafts_js},
    {"js/transcript/editor.js", file_js_transcript_editor_js, sizeof file_js_transcript_editor_js},
    {"js/transcript/export-options.js", file_js_transcript_export_options_js, sizeof file_js_transcript_export_options_js},
    {"js/transcript/export-panel.js", file_js_transcript_export_panel_js, sizeof file_js_transcript_export_panel_js},
    {"js/transcript/facts-panel.js", file_js_transcript_facts_panel_js, sizeof file_js_transcript_facts_panel_js},
    {"js/transcript/find-bar.js", file_js_transcript_find_bar_js, sizeof file_js_transcript_find_bar_js},
    {"js/transcript/following.js", file_js_transcript_following_js, sizeof file_js_transcript_following_js},
    {"js/transcript/highlights.js", file_js_transcript_highlights_js, sizeof file_js_transcript_highlights_js},
    {"js/transcript/history-panel.js", file_js_transcript_history_panel_js, sizeof file_js_transcript_history_panel_js},
    {"js/transcript/panel.js", file_js_transcript_panel_js, sizeof file_js_transcript_panel_js},
    {"js/transcript/player.js", file_js_transcript_player_js, sizeof file_js_transcript_player_js},
    {"js/transcript/run-state.js", file_js_transcript_run_state_js, sizeof file_js_transcript_run_state_js},
    {"js/transcript/shortcuts.js", file_js_transcript_shortcuts_js, sizeof file_js_transcript_shortcuts_js},
    {"js/transcript/speaker-tag.js", file_js_transcript_speaker_tag_js, sizeof file_js_transcript_speaker_tag_js},
    {"js/transcript/speakers-panel.js", file_js_transcript_speakers_panel_js, sizeof file_js_transcript_speakers_panel_js},
    {"js/transcript/text-view.js", file_js_transcript_text_view_js, sizeof file_js_transcript_text_view_js},
    {"js/transcript/toolbar.js", file_js_transcript_toolbar_js, sizeof file_js_transcript_toolbar_js},
    {"js/transcript/transcript-page.js", file_js_transcript_transcript_page_js, sizeof file_js_transcript_transcript_page_js},
    {"js/transcript/waveform.js", file_js_transcript_waveform_js, sizeof file_js_transcript_waveform_js},
    {"style/base.css", file_style_base_css, sizeof file_style_base_css},
    {"style/library.css", file_style_library_css, sizeof file_style_library_css},
    {"style/parts.css", file_style_parts_css, sizeof file_style_parts_css},
    {"style/transcript.css", file_style_transcript_css, sizeof file_style_transcript_css},
};

size_t web_file_count(void) { return sizeof files / sizeof files[0]; }

WebFile web_file_at(size_t index) { return files[index]; }
